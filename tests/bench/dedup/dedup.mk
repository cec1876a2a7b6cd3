# `make bench-dedup`: the index beside its floor, recall against brute force,
# the choice of shingle and threshold, and a million rows against a million.
# BENCH_DEDUP="--texts 100000" passes options on to bench_dedup, BENCH_ROWS is
# for the last part.
bench_dedup = tests/bench/dedup/bench_dedup
bench_choice = tests/bench/dedup/bench_choice
bench_corpus = tests/bench/dedup/bench_corpus
BENCH_ROWS = 1000000
EXTRA_PROGRAMS += $(bench_dedup) $(bench_choice) $(bench_corpus)
tests_bench_dedup_bench_dedup_SOURCES = tests/bench/dedup/bench_dedup.c \
	tests/bench/dedup/corpus.c tests/bench/dedup/corpus.h
tests_bench_dedup_bench_dedup_LDADD = libphgen.a
tests_bench_dedup_bench_choice_SOURCES = tests/bench/dedup/bench_choice.c \
	tests/bench/dedup/corpus.c tests/bench/dedup/corpus.h
tests_bench_dedup_bench_choice_LDADD = libphgen.a
tests_bench_dedup_bench_corpus_SOURCES = tests/bench/dedup/bench_corpus.c \
	tests/bench/dedup/corpus.c tests/bench/dedup/corpus.h
tests_bench_dedup_bench_corpus_LDADD = libphgen.a
CLEANFILES += tests/bench/dedup/bench_dedup$(EXEEXT) \
	tests/bench/dedup/bench_choice$(EXEEXT) \
	tests/bench/dedup/bench_corpus$(EXEEXT)
EXTRA_DIST += tests/bench/dedup/files.sh docs/dedup.md

.PHONY: bench-dedup
bench-dedup: $(bench_dedup)$(EXEEXT) $(bench_choice)$(EXEEXT) \
		$(bench_corpus)$(EXEEXT) phgen$(EXEEXT)
	$(bench_dedup)$(EXEEXT) $(BENCH_DEDUP)
	@echo
	$(bench_choice)$(EXEEXT)
	@echo
	$(SHELL) $(srcdir)/tests/bench/dedup/files.sh ./phgen$(EXEEXT) \
		$(bench_corpus)$(EXEEXT) $(BENCH_ROWS)
