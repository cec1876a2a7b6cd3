# `make bench-report`: what report pages of 1,000 to 100,000 rows take phgen and
# Chromium; needs node and chromium.
EXTRA_DIST += tests/bench/report/bench.sh
.PHONY: bench-report
bench-report: phgen$(EXEEXT) graphs/concepts.graphml
	$(SHELL) $(srcdir)/tests/bench/report/bench.sh \
		'$(abs_builddir)/phgen$(EXEEXT)' '$(abs_builddir)' $(BENCH_REPORT)
