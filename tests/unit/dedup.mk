unit_tests += tests/unit/test_dedup tests/unit/test_dedup_batch
tests_unit_test_dedup_SOURCES = tests/unit/test_dedup.c
tests_unit_test_dedup_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_dedup_LDADD = libphgen.a $(CMOCKA_LIBS)
tests_unit_test_dedup_batch_SOURCES = tests/unit/test_dedup_batch.c
tests_unit_test_dedup_batch_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_dedup_batch_LDADD = libphgen.a $(CMOCKA_LIBS)
