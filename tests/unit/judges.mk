unit_tests += tests/unit/test_guard
tests_unit_test_guard_SOURCES = tests/unit/test_guard.c
tests_unit_test_guard_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_guard_LDADD = libphgen.a $(CMOCKA_LIBS)
unit_tests += tests/unit/test_panel
tests_unit_test_panel_SOURCES = tests/unit/test_panel.c
tests_unit_test_panel_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_panel_LDADD = libphgen.a $(CMOCKA_LIBS)
