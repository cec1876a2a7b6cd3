libphgen_a_SOURCES += \
	src/view/ask.c src/view/ask.h \
	src/view/gate.c src/view/gate.h \
	src/view/report.c src/view/report.h \
	src/view/page.c src/view/page.h \
	src/view/review.c src/view/review.h \
	src/view/row.c src/view/row.h

# The report page goes into the program, put together with D3's modules.
report_files = src/view/tokens.css src/view/report/report.css \
	src/view/report/page.html src/view/report/text.js \
	src/view/report/charts.js src/view/report/figures.js \
	src/view/report/run.js src/view/report/evaluation.js \
	src/view/report/rows.js src/view/report/page.js
report_parts = page.html style.css script.js policy
EXTRA_DIST += $(report_files) tools/embed tools/page
src/view/report.$(OBJEXT): src/view/report_files.h
BUILT_SOURCES += src/view/report_files.h
CLEANFILES += src/view/report_files.h
src/view/report_files.h: $(report_files) tools/embed tools/page
	$(AM_V_GEN)rm -rf report.part && $(MKDIR_P) src/view && \
		(cd $(srcdir) && $(SHELL) tools/page '$(D3)' \
			'$(abs_builddir)/report.part') && \
		(cd report.part && $(SHELL) '$(abs_srcdir)/tools/embed' \
			$(report_parts)) >$@.part && \
		rm -rf report.part && mv $@.part $@

# The review page goes into the program.
review_files = src/view/review/page.html src/view/review/review.css \
	src/view/tokens.css src/view/review/icon.svg \
	src/view/review/review.js src/view/review/api.js \
	src/view/review/text.js src/view/review/evidence.js
EXTRA_DIST += $(review_files) docs/review.md docs/img/review-light.png \
	docs/img/review-dark.png docs/img/review-phone.png
src/view/page.$(OBJEXT): src/view/review_files.h
BUILT_SOURCES += src/view/review_files.h
CLEANFILES += src/view/review_files.h
src/view/review_files.h: $(review_files) tools/embed
	$(AM_V_GEN)$(MKDIR_P) src/view && cd $(srcdir) && \
		$(SHELL) tools/embed $(review_files) \
		>'$(abs_builddir)/$@.part' && mv '$(abs_builddir)/$@.part' \
		'$(abs_builddir)/$@'
