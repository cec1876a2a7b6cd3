# `make check-servers`: phgen against real model servers, as far as they are
# installed; `make record-servers` records their replies anew.  See run.
EXTRA_DIST += tests/servers/run tests/servers/exchanges.py \
	tests/servers/tiny-gguf.py tests/servers/tiny-hf.py
.PHONY: check-servers record-servers
check-servers record-servers: phgen$(EXEEXT) graphs/concepts.graphml
	@PHGEN='$(abs_top_builddir)/phgen' PHGEN_SRC='$(abs_top_srcdir)' \
	PHGEN_DATA='$(abs_top_builddir)' $(srcdir)/tests/servers/run \
	$(if $(filter record-%,$@),record,compare)
