unit_tests += tests/unit/test_dataset_reader
tests_unit_test_dataset_reader_SOURCES = tests/unit/test_dataset_reader.c
tests_unit_test_dataset_reader_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_dataset_reader_LDADD = libphgen.a $(CMOCKA_LIBS)
unit_tests += tests/unit/test_dataset_metrics
tests_unit_test_dataset_metrics_SOURCES = tests/unit/test_dataset_metrics.c
tests_unit_test_dataset_metrics_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_dataset_metrics_LDADD = libphgen.a $(CMOCKA_LIBS)
