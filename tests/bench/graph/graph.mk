# `make bench-graph`: adaptive against uniform sampling over five seeds, what
# 10,000 rows cover, a million plans drawn, and what igraph's algorithms would
# add to the walk.  docs/sampling.md has the figures.  BENCH_GRAPH="200 3" asks
# for fewer rows and seeds.
bench_sampling = tests/bench/graph/bench_sampling
bench_igraph = tests/bench/graph/bench_igraph
EXTRA_PROGRAMS += $(bench_sampling) $(bench_igraph)
tests_bench_graph_bench_sampling_SOURCES = tests/bench/graph/bench_sampling.c
tests_bench_graph_bench_sampling_LDADD = libphgen.a
tests_bench_graph_bench_igraph_SOURCES = tests/bench/graph/bench_igraph.c
tests_bench_graph_bench_igraph_LDADD = libphgen.a
CLEANFILES += tests/bench/graph/bench_sampling$(EXEEXT) \
	tests/bench/graph/bench_igraph$(EXEEXT)
EXTRA_DIST += tests/bench/graph/runs.py docs/sampling.md

.PHONY: bench-graph
bench-graph: $(bench_sampling)$(EXEEXT) $(bench_igraph)$(EXEEXT) \
		phgen$(EXEEXT) graphs/concepts.graphml
	$(bench_sampling)$(EXEEXT) graphs/concepts.graphml
	@echo
	$(bench_igraph)$(EXEEXT) graphs/concepts.graphml
	@echo
	python3 $(srcdir)/tests/bench/graph/runs.py ./phgen$(EXEEXT) $(BENCH_GRAPH)
