# Kills, power cuts, full and broken disks, one worker and several: a few of
# each in `make check`, hundreds by `make torture`.  See torture.py.
check_DATA = tests/torture/badluck.so
CLEANFILES += tests/torture/badluck.so
EXTRA_DIST += tests/torture/badluck.c tests/torture/campaign.py \
	tests/torture/checks.py tests/torture/crew.py \
	tests/torture/passes.py tests/torture/postgres.py \
	tests/torture/torture.py tests/torture/torture.sh
TESTS += tests/torture/torture.sh

tests/torture/badluck.so: tests/torture/badluck.c
	@$(MKDIR_P) tests/torture
	$(AM_V_CCLD)$(CC) $(WARN_CFLAGS) $(CFLAGS) -shared -fPIC -o $@ \
		$(srcdir)/tests/torture/badluck.c -ldl

TORTURE_POINTS = 40
TORTURE_SEED = 1
TORTURE_KINDS =
.PHONY: torture
torture: phgen$(EXEEXT) graphs/concepts.graphml tests/torture/badluck.so
	$(AM_TESTS_ENVIRONMENT) TORTURE_POINTS=$(TORTURE_POINTS) \
		TORTURE_SEED=$(TORTURE_SEED) TORTURE_TABLE=torture.table \
		TORTURE_KINDS='$(TORTURE_KINDS)' \
		$(SHELL) $(srcdir)/tests/torture/torture.sh

EXTRA_DIST += tests/torture/soak.py
SOAK_CANDIDATES = 1000000
SOAK_CALLS = 200000
.PHONY: soak
soak: phgen$(EXEEXT) graphs/concepts.graphml
	$(AM_TESTS_ENVIRONMENT) /usr/bin/python3 \
		$(srcdir)/tests/torture/soak.py embedded $(SOAK_CANDIDATES)
	$(AM_TESTS_ENVIRONMENT) /usr/bin/python3 \
		$(srcdir)/tests/torture/soak.py http $(SOAK_CALLS)

# All of docs/reliability.md's tables.
EXTRA_DIST += tests/torture/reliability.sh tests/torture/valgrind.sh
.PHONY: reliability valgrind
reliability: phgen$(EXEEXT) graphs/concepts.graphml \
		tests/torture/badluck.so tests/unit/test_alloc$(EXEEXT)
	$(AM_TESTS_ENVIRONMENT) TORTURE_POINTS=$(TORTURE_POINTS) \
		TORTURE_SEED=$(TORTURE_SEED) SOAK_CALLS=$(SOAK_CALLS) \
		SOAK_CANDIDATES=$(SOAK_CANDIDATES) MAKE='$(MAKE)' \
		$(SHELL) $(srcdir)/tests/torture/reliability.sh
valgrind: phgen$(EXEEXT) graphs/concepts.graphml
	$(AM_TESTS_ENVIRONMENT) $(SHELL) $(srcdir)/tests/torture/valgrind.sh
