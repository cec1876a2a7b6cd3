# `make check-aimock`: phgen against a stand-in for model servers that others
# wrote.  It needs node 20 and npm, and the registry, so `make check` leaves
# it out; tools/test runs it.
EXTRA_DIST += tests/aimock/run tests/aimock/server.mjs \
	tests/aimock/package.json tests/aimock/package-lock.json
.PHONY: check-aimock
check-aimock: phgen$(EXEEXT) graphs/concepts.graphml
	@PHGEN='$(abs_top_builddir)/phgen' PHGEN_SRC='$(abs_top_srcdir)' \
	PHGEN_DATA='$(abs_top_builddir)' $(srcdir)/tests/aimock/run
distclean-local: clean-aimock
.PHONY: clean-aimock
clean-aimock:
	rm -rf aimock
