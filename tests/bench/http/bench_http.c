/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * phgen's engine beside a bare libcurl client, against one stub server on
 * loopback, in one run: calls a second, CPU, memory, and the ratios.
 *
 *      bench_http [-r REPEATS] [-n CALLS] [-w ROUNDS] [-m CALLS]
 *
 * -n is the calls of a measurement without latency (10,000), -w the rounds of
 * one with latency (20; a round is as many calls as are in flight), -m the
 * calls of the memory line (200,000; 0: none).  Each figure is the median of
 * the repeats (5), which take turns, so that a busy machine is busy for all.
 * Time and CPU count from when the connections
 * stand until the last call is done.
 */
#include "bench_http.h"

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define REPEATS_MAX 21

static const struct {
    const char *name;
    size_t (*run)(const struct load *l);
} clients[] = {
    {"bare, poll", bare_poll},
    {"bare, epoll", bare_epoll},
    {"bare, poll, cJSON", bare_poll_cjson},
    {"bare, epoll, cJSON", bare_epoll_cjson},
    {"phgen", engine},
};
#define CLIENTS (sizeof(clients) / sizeof(*clients))
#define PHGEN   (CLIENTS - 1)

struct figures {
    double rate; /* calls a second */
    double cpu;  /* seconds for 1,000 calls */
    double peak; /* MiB */
    size_t answered;
};

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double seconds(struct timeval t)
{
    return (double)t.tv_sec + 1e-6 * (double)t.tv_usec;
}

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static pid_t start_stub(unsigned latency_ms, unsigned *port)
{
    int fd = stub_listen(port);
    pid_t pid;

    if (fd < 0)
        fail("bench_http: the stub cannot listen");
    pid = fork();
    if (pid == 0)
        stub_serve(fd, latency_ms);
    close(fd);
    return pid;
}

static void stop(pid_t pid)
{
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

/* Of the client that this process is. */
static double warm_at, warm_cpu, took, took_cpu;

static double cpu_seconds(void)
{
    struct rusage u;

    getrusage(RUSAGE_SELF, &u);
    return seconds(u.ru_utime) + seconds(u.ru_stime);
}

void load_done(const struct load *l, size_t done)
{
    if (done == l->in_flight) {
        warm_at = now();
        warm_cpu = cpu_seconds();
    } else if (done == l->calls) {
        took = now() - warm_at;
        took_cpu = cpu_seconds() - warm_cpu;
    }
}

static void child(size_t which, const struct load *l, int out)
{
    double calls = (double)(l->calls - l->in_flight);
    struct rusage u;
    struct figures f;

    f.answered = clients[which].run(l);
    f.rate = calls / took;
    f.cpu = 1000 * took_cpu / calls;
    getrusage(RUSAGE_SELF, &u);
    f.peak = (double)u.ru_maxrss / 1024;
    fflush(stdout);
    _exit(write(out, &f, sizeof(f)) == sizeof(f) ? 0 : 1);
}

static struct figures measure(size_t which, const struct load *l)
{
    struct figures f = {0};
    int ends[2];
    pid_t pid = -1;

    fflush(stdout);
    if (pipe(ends) != 0 || (pid = fork()) < 0)
        fail("bench_http: cannot start a client");
    if (pid == 0)
        child(which, l, ends[1]);
    close(ends[1]);
    if (read(ends[0], &f, sizeof(f)) != sizeof(f))
        fail("bench_http: a client failed");
    close(ends[0]);
    waitpid(pid, NULL, 0);
    if (f.answered != l->calls) {
        fprintf(stderr, "bench_http: %s: only %zu of %zu calls answered\n",
                clients[which].name, f.answered, l->calls);
        exit(1);
    }
    return f;
}

static int by_value(const void *a, const void *b)
{
    const double *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

static double median(double *v, size_t n)
{
    qsort(v, n, sizeof(*v), by_value);
    return n % 2 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

static void compare(unsigned latency_ms, size_t in_flight, size_t calls,
                    size_t repeats)
{
    static double rate[CLIENTS][REPEATS_MAX], cpu[CLIENTS][REPEATS_MAX];
    double peak[CLIENTS] = {0}, mid[CLIENTS], ideal;
    struct load l = {.calls = calls, .in_flight = in_flight};
    pid_t stub = start_stub(latency_ms, &l.port);
    size_t i, k;

    for (k = 0; k < repeats; k++)
        for (i = 0; i < CLIENTS; i++) {
            struct figures f = measure(i, &l);

            rate[i][k] = f.rate;
            cpu[i][k] = f.cpu;
            peak[i] = f.peak > peak[i] ? f.peak : peak[i];
        }
    stop(stub);
    ideal = latency_ms > 0 ? 1000.0 * (double)in_flight / latency_ms : 0;
    printf("\n%zu in flight, %u ms latency, %zu calls\n", in_flight, latency_ms,
           calls);
    printf("  %-22s %10s %14s %10s %8s\n", "", "calls/s",
           ideal > 0 ? "of the ideal" : "phgen to it", "CPU s/1k", "MiB");
    for (i = 0; i < CLIENTS; i++)
        mid[i] = median(rate[i], repeats);
    for (i = 0; i < CLIENTS; i++)
        printf("  %-22s %10.0f %12.1f %% %10.4f %8.1f\n", clients[i].name,
               mid[i], 100 * (ideal > 0 ? mid[i] / ideal : mid[PHGEN] / mid[i]),
               median(cpu[i], repeats), peak[i]);
}

static void memory_line(size_t calls)
{
    struct load l = {.calls = calls, .in_flight = 256, .step = calls / 10};
    pid_t stub = start_stub(0, &l.port);

    printf("\nResident memory of phgen's engine over %zu calls, 256 in "
           "flight\n",
           calls);
    measure(PHGEN, &l);
    stop(stub);
}

int main(int argc, char **argv)
{
    size_t repeats = 5, calls = 10000, memory = 200000, rounds = 20;
    int c;

    while ((c = getopt(argc, argv, "r:n:w:m:")) != -1) {
        size_t n = strtoul(optarg != NULL ? optarg : "", NULL, 10);

        if (c == 'r' && n > 0 && n <= REPEATS_MAX)
            repeats = n;
        else if (c == 'n' && n > 1024)
            calls = n;
        else if (c == 'w' && n > 1)
            rounds = n;
        else if (c == 'm')
            memory = n;
        else {
            fprintf(stderr, "usage: bench_http [-r REPEATS] [-n CALLS] "
                            "[-w ROUNDS] [-m CALLS]\n");
            return 2;
        }
    }
    compare(0, 64, calls, repeats);
    compare(0, 256, calls, repeats);
    compare(200, 256, 256 * rounds, repeats);
    compare(200, 1024, 1024 * rounds, repeats);
    printf(
        "\nphgen's loop is libcurl's socket interface over epoll: where calls "
        "wait for a\nmodel it costs half the CPU time of poll(), and where "
        "none waits as much.\n");
    if (memory > 0)
        memory_line(memory);
    return 0;
}
