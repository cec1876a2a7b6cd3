# Unit tests (cmocka, TAP) are tests/unit/test_*.c, one program each; command
# line tests are tests/cli/*.sh, one behaviour each.  A test is added by
# adding its name to the list of its kind.

TEST_EXTENSIONS = .sh
LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) \
	$(top_srcdir)/build-aux/tap-driver.sh
SH_LOG_DRIVER = $(LOG_DRIVER)
SH_LOG_COMPILER = $(SHELL)
# With the default quarantine of ASan a phgen that reads its graph takes 3.5 GB,
# and several at once all that a machine has: igraph's reader makes and frees
# ten gigabytes in small pieces.  And a sanitizer wants to be the first library,
# which it is not where a test preloads one.
AM_TESTS_ENVIRONMENT = CMOCKA_MESSAGE_OUTPUT=TAP; export CMOCKA_MESSAGE_OUTPUT; \
	ASAN_OPTIONS=quarantine_size_mb=16:verify_asan_link_order=0:$$ASAN_OPTIONS; \
	export ASAN_OPTIONS; \
	PHGEN='$(abs_top_builddir)/phgen'; export PHGEN; \
	PHGEN_SRC='$(abs_top_srcdir)'; export PHGEN_SRC; \
	PHGEN_DATA='$(abs_top_builddir)'; export PHGEN_DATA;

unit_tests =
cli_tests =
include tests/unit/base.mk
include tests/unit/dedup.mk
include tests/unit/net.mk
include tests/unit/builtin.mk
include tests/unit/dataset.mk
include tests/unit/serve.mk
include tests/unit/view.mk
include tests/unit/spine.mk
include tests/unit/cmd.mk
include tests/unit/judges.mk
include tests/cli/cli.mk
include tests/fuzz/fuzz.mk
include tests/browser/browser.mk

check_PROGRAMS = $(unit_tests) $(fuzz_tests)
TESTS = $(unit_tests) $(fuzz_tests) $(cli_tests) $(browser_tests)
EXTRA_DIST += $(cli_tests) $(browser_tests)

include tests/torture/torture.mk
include tests/analyze/analyze.mk
include tests/bench/dedup/dedup.mk
include tests/bench/graph/graph.mk
include tests/bench/http/http.mk
include tests/bench/report/report.mk
include tests/bench/workers/workers.mk
include tests/aimock/aimock.mk
include tests/servers/servers.mk
