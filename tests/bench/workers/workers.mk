# `make bench-workers` measures many workers on one store, with a PostgreSQL
# server of its own; what it prints stands in docs/scale.md.
.PHONY: bench-workers
bench-workers: phgen$(EXEEXT) graphs/concepts.graphml
	PHGEN='$(abs_top_builddir)/phgen' PHGEN_DATA='$(abs_top_builddir)' \
		$(SHELL) $(top_srcdir)/tests/bench/workers/workers.sh
EXTRA_DIST += tests/bench/workers/workers.sh
