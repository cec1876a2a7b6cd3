unit_tests += tests/unit/test_review
tests_unit_test_review_SOURCES = tests/unit/test_review.c
tests_unit_test_review_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_review_LDADD = libphgen.a $(CMOCKA_LIBS)
unit_tests += tests/unit/test_labeling
tests_unit_test_labeling_SOURCES = tests/unit/test_labeling.c
tests_unit_test_labeling_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_labeling_LDADD = libphgen.a $(CMOCKA_LIBS)
