/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * No state but scratch memory: two preparers on two threads give what one
 * gives.
 */
#include "dedup/index.h"

void preparer_init(struct preparer *p, const struct dedup_options *o,
                   struct banding banding)
{
    p->o = *o;
    p->banding = banding;
    shingles_init(&p->set);
}

void preparer_release(struct preparer *p)
{
    shingles_release(&p->set);
}

bool preparer_normal(struct preparer *p, const char *normal, size_t len,
                     struct prepared *out)
{
    out->text = normal;
    out->len = len;
    if (!shingles_set(&p->set, &p->o, normal, len))
        return false;
    sketch_set(&out->sketch, p->set.hash, p->set.n);
    if (p->banding.bands > 0)
        sketch_keys(p->banding, p->set.hash, p->set.n, out->key);
    return true;
}
