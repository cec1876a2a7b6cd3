# `make bench-http` measures the engine beside bare libcurl clients; more in
# bench_http.c.  BENCH_HTTP="-r 9" passes options on.
EXTRA_PROGRAMS += tests/bench/http/bench_http
tests_bench_http_bench_http_SOURCES = tests/bench/http/bench_http.c \
	tests/bench/http/bench_http.h tests/bench/http/bare.c \
	tests/bench/http/engine.c tests/bench/http/stub.c
tests_bench_http_bench_http_LDADD = libphgen.a
CLEANFILES += tests/bench/http/bench_http$(EXEEXT)

.PHONY: bench-http
bench-http: tests/bench/http/bench_http$(EXEEXT)
	tests/bench/http/bench_http$(EXEEXT) $(BENCH_HTTP)
