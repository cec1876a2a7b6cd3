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
EXTRA_DIST += tests/fuzz/corpus
