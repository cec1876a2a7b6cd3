# Tests of the pages in headless Chromium; driver.mjs drives it.
browser_tests = tests/browser/report.sh
EXTRA_DIST += tests/browser/browser.sh tests/browser/driver.mjs \
	tests/browser/hostile.sh tests/browser/report.mjs
