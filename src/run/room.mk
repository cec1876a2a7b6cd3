libphgen_a_SOURCES += \
	src/run/account.c src/run/account.h \
	src/run/address.c \
	src/run/audit.c src/run/audit.h src/run/audit_report.c \
	src/run/crew.c src/run/crew.h \
	src/run/carry.c src/run/carry.h \
	src/run/cast.c \
	src/run/categories.c src/run/categories.h \
	src/run/changes.c src/run/changes.h \
	src/run/claims.c \
	src/run/desk.c src/run/desk.h \
	src/run/controls.c src/run/controls.h \
	src/run/defense.c src/run/defense.h \
	src/run/dialogue.c src/run/dialogue.h \
	src/run/diff.c src/run/diff.h \
	src/run/diff_side.c src/run/diff_side.h \
	src/run/dry.c src/run/dry.h \
	src/run/eval.c src/run/eval.h \
	src/run/evalset.c src/run/evalset.h \
	src/run/evidence.c src/run/evidence.h \
	src/run/exchange.c src/run/exchange.h src/run/exchange_state.h \
	src/run/export.c src/run/export.h \
	src/run/export_files.c src/run/export_files.h \
	src/run/export_leaks.c src/run/export_leaks.h \
	src/run/export_lines.c src/run/export_lines.h \
	src/run/export_picks.c src/run/export_picks.h \
	src/run/export_splits.c src/run/export_splits.h \
	src/run/explain.c src/run/explain.h \
	src/run/errand.c src/run/errand.h \
	src/run/exhibit.c src/run/exhibit.h \
	src/run/extract.c src/run/extract.h \
	src/run/former.c src/run/former.h \
	src/run/found.c src/run/found.h src/run/found_build.c \
	src/run/found_inside.h src/run/found_names.c src/run/found_prune.c \
	src/run/files.c src/run/files.h \
	src/run/fingerprint.c \
	src/run/finish.c \
	src/run/follow.c \
	src/run/judging.c src/run/judging.h \
	src/run/jury.c src/run/jury.h \
	src/run/heat.c src/run/heat.h src/run/heat_prior.c \
	src/run/heat_spot.c src/run/heat_spot.h \
	src/run/human.c src/run/human.h \
	src/run/inspect.c src/run/inspect.h \
	src/run/checkup.c src/run/checkup.h \
	src/run/labeling.c src/run/labeling.h \
	src/run/lessons.c src/run/lessons.h \
	src/run/look.c src/run/look.h \
	src/run/loop.c \
	src/run/mark.c \
	src/run/models.c src/run/models.h \
	src/run/opinion.c src/run/opinion.h \
	src/run/open.c \
	src/run/overview.c src/run/overview.h \
	src/run/pass.c src/run/pass.h src/run/ping.c src/run/ping.h \
	src/run/record.c src/run/record.h \
	src/run/refresh.c src/run/refresh.h src/run/refresh_dry.c \
	src/run/release.c src/run/release.h \
	src/run/respond.c src/run/respond.h \
	src/run/resume.c \
	src/run/retest.c src/run/retest.h \
	src/run/ring.c \
	src/run/run.h src/run/state.h \
	src/run/roster.c src/run/roster.h \
	src/run/sampling.c src/run/sampling.h \
	src/run/scores.c src/run/scores.h \
	src/run/seats.c src/run/seats.h \
	src/run/second.c src/run/second.h \
	src/run/semantic.c src/run/semantic.h \
	src/run/sheets.c src/run/sheets.h src/run/sheets_read.c \
	src/run/sift.c src/run/sift.h \
	src/run/sift_line.c src/run/sift_line.h \
	src/run/slot.c src/run/slot.h \
	src/run/survey.c src/run/survey.h \
	src/run/targets.c src/run/targets.h \
	src/run/telemetry.c src/run/telemetry.h \
	src/run/templates.c src/run/templates.h \
	src/run/trail.c src/run/trail.h \
	src/run/trial.c src/run/trial.h \
	src/run/truth.c src/run/truth.h \
	src/run/verdict_line.c src/run/verdict_line.h \
	src/run/visits.c src/run/visits.h
