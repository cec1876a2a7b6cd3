fuzz_tests = tests/fuzz/fuzz_json tests/fuzz/fuzz_yaml \
	tests/fuzz/fuzz_dialect tests/fuzz/fuzz_guard tests/fuzz/fuzz_refusal
tests_fuzz_fuzz_json_SOURCES = tests/fuzz/fuzz_json.c tests/fuzz/replay.c \
	tests/fuzz/fuzz.h
tests_fuzz_fuzz_json_LDADD = libphgen.a
tests_fuzz_fuzz_yaml_SOURCES = tests/fuzz/fuzz_yaml.c tests/fuzz/replay.c
tests_fuzz_fuzz_yaml_LDADD = libphgen.a
tests_fuzz_fuzz_dialect_SOURCES = tests/fuzz/fuzz_dialect.c \
	tests/fuzz/replay.c
tests_fuzz_fuzz_dialect_LDADD = libphgen.a
tests_fuzz_fuzz_guard_SOURCES = tests/fuzz/fuzz_guard.c tests/fuzz/replay.c
tests_fuzz_fuzz_guard_LDADD = libphgen.a
tests_fuzz_fuzz_refusal_SOURCES = tests/fuzz/fuzz_refusal.c \
	tests/fuzz/replay.c
tests_fuzz_fuzz_refusal_LDADD = libphgen.a
fuzz_tests += tests/fuzz/fuzz_graphml
tests_fuzz_fuzz_graphml_SOURCES = tests/fuzz/fuzz_graphml.c \
	tests/fuzz/replay.c
tests_fuzz_fuzz_graphml_LDADD = libphgen.a
fuzz_tests += tests/fuzz/fuzz_extractor
tests_fuzz_fuzz_extractor_SOURCES = tests/fuzz/fuzz_extractor.c \
	tests/fuzz/replay.c
tests_fuzz_fuzz_extractor_LDADD = libphgen.a
fuzz_tests += tests/fuzz/fuzz_review
tests_fuzz_fuzz_review_SOURCES = tests/fuzz/fuzz_review.c tests/fuzz/replay.c
tests_fuzz_fuzz_review_LDADD = libphgen.a
EXTRA_DIST += tests/fuzz/corpus
fuzz_tests += tests/fuzz/fuzz_chat tests/fuzz/fuzz_config \
	tests/fuzz/fuzz_folder tests/fuzz/fuzz_hints tests/fuzz/fuzz_reader \
	tests/fuzz/fuzz_request
tests_fuzz_fuzz_chat_SOURCES = tests/fuzz/fuzz_chat.c tests/fuzz/replay.c
tests_fuzz_fuzz_chat_LDADD = libphgen.a
tests_fuzz_fuzz_config_SOURCES = tests/fuzz/fuzz_config.c \
	tests/fuzz/replay.c tests/fuzz/scratch.c tests/fuzz/scratch.h
tests_fuzz_fuzz_config_LDADD = libphgen.a
tests_fuzz_fuzz_folder_SOURCES = tests/fuzz/fuzz_folder.c \
	tests/fuzz/replay.c tests/fuzz/scratch.c tests/fuzz/scratch.h
tests_fuzz_fuzz_folder_LDADD = libphgen.a
tests_fuzz_fuzz_hints_SOURCES = tests/fuzz/fuzz_hints.c tests/fuzz/replay.c
tests_fuzz_fuzz_hints_LDADD = libphgen.a
tests_fuzz_fuzz_reader_SOURCES = tests/fuzz/fuzz_reader.c \
	tests/fuzz/replay.c tests/fuzz/scratch.c tests/fuzz/scratch.h
tests_fuzz_fuzz_reader_LDADD = libphgen.a
tests_fuzz_fuzz_request_SOURCES = tests/fuzz/fuzz_request.c \
	tests/fuzz/replay.c
tests_fuzz_fuzz_request_LDADD = libphgen.a

# Each target with libFuzzer, until it found no new edge for a while, or for so
# many seconds.  Prints a row a target; the inputs that reach more are left in
# fuzz-build/new-TARGET, what fails beside.
FUZZ_SECONDS = 60
FUZZ_QUIET = 300
FUZZ_TARGETS = $(fuzz_tests)
.PHONY: fuzz fuzz-coverage
fuzz: $(BUILT_SOURCES)
	CC=clang SECONDS_EACH=$(FUZZ_SECONDS) QUIET_SECONDS=$(FUZZ_QUIET) \
		SRC='$(abs_top_srcdir)' \
		CFLAGS='$(PHGEN_CFLAGS) -I$(abs_top_builddir)/src' LIBS='$(LIBS)' \
		$(SHELL) $(srcdir)/tests/fuzz/run.sh $(FUZZ_TARGETS)
EXTRA_DIST += tests/fuzz/run.sh tests/fuzz/one.sh tests/fuzz/coverage.sh

# What the corpora in the repository reach, by gcov.
fuzz-coverage: $(BUILT_SOURCES)
	CC=gcc SRC='$(abs_top_srcdir)' \
		CFLAGS='$(PHGEN_CFLAGS) -I$(abs_top_builddir)/src' LIBS='$(LIBS)' \
		$(SHELL) $(srcdir)/tests/fuzz/coverage.sh $(FUZZ_TARGETS)
