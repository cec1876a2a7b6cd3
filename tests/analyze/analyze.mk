# Static analysis with what is installed; see analyze.sh.
EXTRA_DIST += tests/analyze/analyze.sh tests/analyze/known.txt \
	tests/analyze/macros.cfg
.PHONY: analyze
analyze: $(BUILT_SOURCES)
	CFLAGS='$(PHGEN_CFLAGS) -I$(abs_top_builddir)/src' $(SHELL) $(srcdir)/tests/analyze/analyze.sh
