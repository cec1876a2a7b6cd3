unit_tests += tests/unit/test_net_retry
tests_unit_test_net_retry_SOURCES = tests/unit/test_net_retry.c
tests_unit_test_net_retry_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_net_retry_LDADD = libphgen.a $(CMOCKA_LIBS)
unit_tests += tests/unit/test_net
tests_unit_test_net_SOURCES = tests/unit/test_net.c
tests_unit_test_net_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_net_LDADD = libphgen.a $(CMOCKA_LIBS)
unit_tests += tests/unit/test_models
tests_unit_test_models_SOURCES = tests/unit/test_models.c
tests_unit_test_models_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_models_LDADD = libphgen.a $(CMOCKA_LIBS)
unit_tests += tests/unit/test_faults
tests_unit_test_faults_SOURCES = tests/unit/test_faults.c
tests_unit_test_faults_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_faults_LDADD = libphgen.a $(CMOCKA_LIBS)

