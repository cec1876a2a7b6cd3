unit_tests += tests/unit/test_builtin
tests_unit_test_builtin_SOURCES = tests/unit/test_builtin.c
tests_unit_test_builtin_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_builtin_LDADD = libphgen.a $(CMOCKA_LIBS)
