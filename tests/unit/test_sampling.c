/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * run/sampling: stopping early never changes the outcome, and never asks what
 * could not matter; over every possible course of answers of two targets.
 */
#include "run/sampling.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

/* Bit s of answers[t]: sample s of target t refuses. */
static enum sampling stop_early(const struct dialogue_plan *p,
                                const uint32_t answers[2], uint32_t *calls)
{
    struct candidate c;
    enum sampling state;
    uint32_t t, n;

    memset(&c, 0, sizeof(c));
    *calls = 0;
    while ((state = sampling_state(p, &c)) == SAMPLING_MORE) {
        uint32_t before = *calls;

        for (t = 0; t < p->ntargets; t++)
            for (n = sampling_batch(p, &c.targets[t]); n > 0; n--) {
                c.targets[t].refusals += answers[t] >> c.targets[t].asked & 1;
                c.targets[t].asked++;
                c.targets[t].samples++;
                ++*calls;
            }
        assert_true(*calls > before);
        for (t = 0; t < p->ntargets; t++)
            assert_true(c.targets[t].asked <= p->samples);
    }
    return state;
}

static enum sampling ask_all(const struct dialogue_plan *p,
                             const uint32_t answers[2])
{
    uint32_t t, refused = 0;

    for (t = 0; t < p->ntargets; t++)
        refused += (uint32_t)__builtin_popcount(answers[t]) >= p->min_refusals;
    return refused >= p->min_targets ? SAMPLING_REFUSED : SAMPLING_ANSWERED;
}

static void test_same_outcome(void **state)
{
    struct dialogue_plan p;
    uint32_t answers[2], calls;

    (void)state;
    memset(&p, 0, sizeof(p));
    p.ntargets = 2;
    for (p.samples = 1; p.samples <= 5; p.samples++)
        for (p.min_refusals = 1; p.min_refusals <= p.samples; p.min_refusals++)
            for (p.min_targets = 1; p.min_targets <= 2; p.min_targets++)
                for (answers[0] = 0; answers[0] < 1u << p.samples; answers[0]++)
                    for (answers[1] = 0; answers[1] < 1u << p.samples;
                         answers[1]++)
                        assert_int_equal(stop_early(&p, answers, &calls),
                                         ask_all(&p, answers));
}

static void test_cheap(void **state)
{
    struct dialogue_plan p;
    const uint32_t none[2] = {0, 0}, all[2] = {7, 7};
    uint32_t calls;

    (void)state;
    memset(&p, 0, sizeof(p));
    p.ntargets = 1;
    p.samples = 3;
    p.min_refusals = 2;
    p.min_targets = 1;
    stop_early(&p, none, &calls);
    assert_int_equal(calls, 2);
    stop_early(&p, all, &calls);
    assert_int_equal(calls, 2);
}

static void test_passed_over(void **state)
{
    struct dialogue_plan p;
    struct candidate c;

    (void)state;
    memset(&p, 0, sizeof(p));
    memset(&c, 0, sizeof(c));
    p.ntargets = 2;
    p.samples = 3;
    p.min_refusals = 2;
    p.min_targets = 2;
    c.targets[1].passed_over = true;
    assert_int_equal(sampling_batch(&p, &c.targets[1]), 0);
    assert_int_equal(sampling_state(&p, &c), SAMPLING_ANSWERED);
    p.min_targets = 1;
    assert_int_equal(sampling_state(&p, &c), SAMPLING_MORE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_outcome),
        cmocka_unit_test(test_cheap),
        cmocka_unit_test(test_passed_over),
    };

    return cmocka_run_group_tests_name("sampling", tests, NULL, NULL);
}
