cli_tests += \
	tests/cli/against.sh \
	tests/cli/bad-against.sh \
	tests/cli/bad-category.sh \
	tests/cli/bad-config.sh \
	tests/cli/bad-graph.sh \
	tests/cli/bad-key.sh \
	tests/cli/bad-model.sh \
	tests/cli/bad-out.sh \
	tests/cli/completion.sh \
	tests/cli/concurrency.sh \
	tests/cli/config.sh \
	tests/cli/documents.sh \
	tests/cli/dry-run.sh \
	tests/cli/faults.sh \
	tests/cli/generate.sh \
	tests/cli/graph-build.sh \
	tests/cli/graph-sample.sh \
	tests/cli/graph-stats.sh \
	tests/cli/help.sh \
	tests/cli/http.sh \
	tests/cli/interrupt.sh \
	tests/cli/json.sh \
	tests/cli/layering.sh \
	tests/cli/max-calls.sh \
	tests/cli/models.sh \
	tests/cli/no-host.sh \
	tests/cli/other-run.sh \
	tests/cli/progress.sh \
	tests/cli/ranges.sh \
	tests/cli/resume-killed.sh \
	tests/cli/schema.sh \
	tests/cli/stats.sh \
	tests/cli/style.sh \
	tests/cli/two-processes.sh \
	tests/cli/unknown-words.sh \
	tests/cli/version.sh
EXTRA_DIST += tests/cli/lib.sh
