# Tests of the pages in headless Chromium; driver.mjs drives it.
browser_tests = tests/browser/report.sh tests/browser/review.sh
EXTRA_DIST += tests/browser/browser.sh tests/browser/driver.mjs \
	tests/browser/hostile.sh tests/browser/report.mjs \
	tests/browser/review.mjs tests/browser/review-shots.mjs \
	tests/browser/tap.mjs \
	tests/browser/shots.mjs tests/browser/timing.mjs

# The pictures of docs/report.md.
.PHONY: report-pictures
report-pictures: phgen$(EXEEXT) graphs/concepts.graphml
	$(AM_V_GEN)rm -rf shots.part && mkdir shots.part
	$(AM_V_at)(cd shots.part && p=../phgen$(EXEEXT) && \
		$$p -t builtin:balanced -n 2000 --quiet --out balanced && \
		$$p -t builtin:cautious -n 400 --quiet --controls --out data && \
		$$p eval --data data -m builtin:cautious -m builtin:balanced \
			-m builtin:lenient --samples 3 --out targets >eval.txt && \
		$$p report balanced && $$p report targets) 2>shots.part/log || \
		{ cat shots.part/log; exit 1; }
	$(AM_V_at)node $(srcdir)/tests/browser/shots.mjs \
		shots.part/balanced/report.html shots.part/targets/report.html \
		$(srcdir)/docs/img && rm -rf shots.part

# The pictures of docs/review.md.
.PHONY: review-pictures
review-pictures: phgen$(EXEEXT) graphs/concepts.graphml
	$(AM_V_GEN)rm -rf shots.part && mkdir shots.part && ./phgen$(EXEEXT) \
		-t builtin:cautious -n 60 --quiet --out shots.part/demo
	$(AM_V_at)PHGEN=./phgen$(EXEEXT) node \
		$(srcdir)/tests/browser/review-shots.mjs shots.part/demo \
		$(srcdir)/docs/img && rm -rf shots.part
