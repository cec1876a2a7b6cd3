libphgen_a_SOURCES += \
	src/cmd/asking.c src/cmd/asking.h \
	src/cmd/auditing.c src/cmd/auditing.h \
	src/cmd/browser.c src/cmd/browser.h \
	src/cmd/census.c src/cmd/census.h \
	src/cmd/cmd.h \
	src/cmd/cmd_audit.c \
	src/cmd/cmd_classify.c \
	src/cmd/cmd_controls.c \
	src/cmd/cmd_dedup.c \
	src/cmd/cmd_diff.c \
	src/cmd/cmd_doctor.c \
	src/cmd/cmd_eval.c \
	src/cmd/cmd_export.c \
	src/cmd/cmd_explain.c \
	src/cmd/cmd_generate.c \
	src/cmd/cmd_graph_build.c \
	src/cmd/cmd_graph_draw.c \
	src/cmd/cmd_graph_export.c \
	src/cmd/cmd_graph_heat.c \
	src/cmd/cmd_graph_merge.c \
	src/cmd/cmd_graph_sample.c \
	src/cmd/cmd_graph_stats.c \
	src/cmd/cmd_graph_validate.c \
	src/cmd/cmd_help.c \
	src/cmd/cmd_models.c \
	src/cmd/cmd_ping.c \
	src/cmd/cmd_report.c \
	src/cmd/cmd_refresh.c \
	src/cmd/cmd_respond.c \
	src/cmd/cmd_review.c \
	src/cmd/cmd_serve.c \
	src/cmd/cmd_stats.c \
	src/cmd/cmd_status.c \
	src/cmd/commands.c \
	src/cmd/completion.c \
	src/cmd/controlling.c src/cmd/controlling.h \
	src/cmd/eval_table.c src/cmd/eval_table.h \
	src/cmd/explaining.c src/cmd/explaining.h \
	src/cmd/cmd_judge_eval.c \
	src/cmd/judge_report.c src/cmd/judge_report.h \
	src/cmd/generating.c src/cmd/generating.h \
	src/cmd/heat_layer.c src/cmd/heat_layer.h \
	src/cmd/help.c \
	src/cmd/man.c \
	src/cmd/passing.c src/cmd/passing.h \
	src/cmd/planned.c src/cmd/planned.h \
	src/cmd/progress.c src/cmd/progress.h \
	src/cmd/responding.c src/cmd/responding.h \
	src/cmd/reviewing.c src/cmd/reviewing.h \
	src/cmd/settings.c src/cmd/settings.h \
	src/cmd/shared.c \
	src/cmd/stop.c src/cmd/stop.h \
	src/cmd/summary.c src/cmd/summary.h
