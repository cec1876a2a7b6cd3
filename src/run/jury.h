/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_RUN_JURY_H
#define PHGEN_RUN_JURY_H

#include "base/err.h"
#include "run/desk.h"
#include "run/judging.h"
#include "run/opinion.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Who is measured by run/judging.h, and what each is asked: the judges that
 * were named, the panel that those of prompts make, the embedded classifier.
 *
 *      jury_init(&y, desk, &options, err);
 *      for each judge, each question: jury_asks(&y, i, q, truth)
 *      if (jury_classifies(&y, i, truth)) opinion_classify(&opinions[i], ...);
 *      jury_decide(&y, truth, opinions);       when all were heard
 *
 * `truth` is a row's labels by task (run/truth.h), `opinions` has one for each
 * of the n.  Models and names are borrowed from the desk and the options;
 * there is nothing to release.
 */
struct juror {
    const struct model *model; /* NULL: the classifier or the panel */
    bool asked[QUESTIONS];
};

struct jury {
    struct juror judges[JUDGING_SEATS];
    struct judging_judge about[JUDGING_SEATS];
    size_t n;
};

/* -1 with a sentence when a spec names no judge. */
int jury_init(struct jury *y, struct desk *desk,
              const struct judging_options *options, struct err *err);

/* Is there a label that the question's answer is measured against? */
bool jury_asks(const struct jury *y, size_t judge, enum question q,
               const int *truth);
/* Is this the classifier, and a label there that it is measured against? */
bool jury_classifies(const struct jury *y, size_t judge, const int *truth);

/* The panel's opinion: what the loop would make of the judges' verdicts, one
 * vote each. */
void jury_decide(const struct jury *y, const int *truth,
                 struct opinion *opinions);

#endif
