unit_tests += tests/unit/test_dedup
tests_unit_test_dedup_SOURCES = tests/unit/test_dedup.c
tests_unit_test_dedup_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_dedup_LDADD = libphgen.a $(CMOCKA_LIBS)
