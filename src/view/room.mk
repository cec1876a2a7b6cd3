libphgen_a_SOURCES += \
	src/view/report.c src/view/report.h

# The page goes into the program, put together with D3's modules.
report_files = src/view/tokens.css src/view/report/report.css \
	src/view/report/page.html src/view/report/text.js \
	src/view/report/charts.js src/view/report/figures.js \
	src/view/report/run.js src/view/report/evaluation.js \
	src/view/report/rows.js src/view/report/page.js
report_parts = page.html style.css script.js policy
EXTRA_DIST += $(report_files) tools/embed tools/page
BUILT_SOURCES += src/view/report_files.h
CLEANFILES += src/view/report_files.h
src/view/report_files.h: $(report_files) tools/embed tools/page
	$(AM_V_GEN)rm -rf report.part && $(MKDIR_P) src/view && \
		(cd $(srcdir) && $(SHELL) tools/page '$(D3)' \
			'$(abs_builddir)/report.part') && \
		(cd report.part && $(SHELL) '$(abs_srcdir)/tools/embed' \
			$(report_parts)) >$@.part && \
		rm -rf report.part && mv $@.part $@
