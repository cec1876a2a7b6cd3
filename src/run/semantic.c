/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * First the vectors: a survey with one call an item, each of up to 32 texts.
 * Then the comparison, in blocks of texts, so that a kept vector is read once
 * a block and not once a text.
 *
 * A vector is kept as unit length in 16-bit integers: a third of its size,
 * and sums in integers are the same in any order.  The error of a cosine is
 * below one in ten thousand.
 */
#include "run/semantic.h"
#include "base/json.h"
#include "base/text.h"
#include "run/survey.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#define BATCH_BYTES (32u << 10) /* of texts in a call */
#define BATCH_CUT   24u /* a call ends after about one text in so many */
#define SCALE       32767.0
#define LANES       32u /* a vector's length is a multiple of it */
#define DIMS_MAX    16384u
#define BLOCK       64u

enum stage { ASKING, COMPARING, ENDED };

struct semantic {
    struct survey *survey;
    struct model model;
    double cosine;
    enum stage stage;
    bool wants, last; /* a text; there are no more */
    struct call call; /* the one that is being filled */
    size_t call_bytes;
    bool full;
    size_t *begin; /* first text of each call */
    size_t calls, begin_cap, heard;
    size_t texts, firsts;
    size_t dims, stride;
    int16_t *vector;
    size_t vectors_cap; /* of texts */
    double *inverse;    /* 1 / length of each vector */
    struct nearby *near;
    uint32_t *kept;
    size_t nkept, compared;
};

static int check_model(struct model *m, struct err *err)
{
    if (m->kind == MODEL_HTTP && m->dialect == DIALECT_OPENAI)
        m->dialect = DIALECT_EMBEDDING;
    if (m->kind == MODEL_HTTP && m->dialect != DIALECT_EMBEDDING)
        return err_set(err,
                       "\"%s\" is no embedding model; name one of a service "
                       "with an /embeddings endpoint, such as "
                       "embedding+openai:NAME",
                       m->spec);
    if (m->kind == MODEL_BUILTIN && strcmp(m->name, "builtin:embed") != 0)
        return err_set(err,
                       "\"%s\" makes no embeddings; the embedded model that "
                       "does is builtin:embed",
                       m->spec);
    return 0;
}

struct semantic *semantic_new(struct desk *desk, const char *model,
                              double cosine, struct err *err)
{
    struct semantic *s = calloc(1, sizeof(*s));

    if (s == NULL) {
        err_nomem(err);
        return NULL;
    }
    s->cosine = cosine;
    if (models_resolve(model, &desk->options.aliases, &s->model, err) != 0 ||
        models_check_price(&s->model, &desk->options.exchange.budget, err) !=
            0 ||
        check_model(&s->model, err) != 0 ||
        (s->survey = survey_new(desk->exchange, err)) == NULL) {
        semantic_free(s);
        return NULL;
    }
    call_init(&s->call, AGENT_EMBEDDER, &s->model);
    return s;
}

void semantic_free(struct semantic *s)
{
    if (s == NULL)
        return;
    survey_free(s->survey);
    call_release(&s->call);
    model_release(&s->model);
    free(s->begin);
    free(s->vector);
    free(s->inverse);
    free(s->near);
    free(s->kept);
    free(s);
}

struct semantic_counts semantic_counts(const struct semantic *s)
{
    struct semantic_counts c = {s->texts, s->calls, s->heard, s->compared, 0};

    c.bytes = s->vectors_cap * s->stride * sizeof(*s->vector) +
              s->begin_cap * sizeof(*s->begin);
    if (s->near != NULL)
        c.bytes += s->texts *
                   (sizeof(*s->near) + sizeof(*s->kept) + sizeof(*s->inverse));
    return c;
}

/* --- asking --- */

int semantic_add(struct semantic *s, const char *text, size_t len, bool first,
                 struct err *err)
{
    char *copy;
    int failed;

    if (s->texts == SEMANTIC_MAX)
        return err_set(err,
                       "more than %u texts are left for the second look, "
                       "which compares every pair; split the input, or leave "
                       "--embeddings out",
                       SEMANTIC_MAX);
    len = text_cut(text, len, SEMANTIC_TEXT_MAX);
    copy = str_dup(text, len);
    if (copy == NULL)
        return err_nomem(err);
    failed = call_add(&s->call, ROLE_USER, copy, err);
    free(copy);
    if (failed)
        return -1;
    s->texts++;
    s->firsts += first;
    s->call_bytes += len;
    s->full = s->call.nmessages == CALL_MESSAGES_MAX ||
              s->call_bytes >= BATCH_BYTES ||
              XXH3_64bits(text, len) % BATCH_CUT == 0;
    s->wants = false;
    return 0;
}

void semantic_last(struct semantic *s)
{
    s->last = true;
    s->wants = false;
}

static int send(struct semantic *s, struct err *err)
{
    size_t cap = 2 * s->begin_cap + 256, *p;

    if (s->calls == s->begin_cap) {
        p = realloc(s->begin, cap * sizeof(*p));
        if (p == NULL)
            return err_nomem(err);
        s->begin = p;
        s->begin_cap = cap;
    }
    s->begin[s->calls] = s->texts - s->call.nmessages;
    s->call.seq = s->calls++;
    if (survey_call(s->survey, &s->call, err) != 0)
        return -1;
    call_init(&s->call, AGENT_EMBEDDER, &s->model);
    s->call_bytes = 0;
    s->full = false;
    return 0;
}

/* How many texts a call had. */
static size_t call_size(const struct semantic *s, size_t call)
{
    size_t end =
        call + 1 < s->calls ? s->begin[call + 1] : s->texts - s->call.nmessages;

    return end - s->begin[call];
}

static int make_room(struct semantic *s, size_t dims, size_t texts,
                     struct err *err)
{
    size_t cap = texts + texts / 2;
    int16_t *p;

    if (s->dims == 0) {
        if (dims < 2 || dims > DIMS_MAX)
            return err_set(err, "its vectors have %zu numbers", dims);
        s->dims = dims;
        s->stride = (dims + LANES - 1) / LANES * LANES;
    }
    if (dims != s->dims)
        return err_set(err, "one vector has %zu numbers and another %zu",
                       s->dims, dims);
    if (texts <= s->vectors_cap)
        return 0;
    p = realloc(s->vector, cap * s->stride * sizeof(*p));
    if (p == NULL)
        return err_nomem(err);
    s->vector = p;
    s->vectors_cap = cap;
    return 0;
}

static int set_vector(struct semantic *s, size_t text, const cJSON *numbers,
                      struct err *err)
{
    size_t dims = (size_t)cJSON_GetArraySize(numbers), i = 0;
    const cJSON *x;
    double sum = 0;
    int16_t *v;

    if (make_room(s, dims, text + 1, err) != 0)
        return -1;
    cJSON_ArrayForEach(x, numbers)
    {
        if (!cJSON_IsNumber(x) || !isfinite(x->valuedouble))
            return err_set(err, "a vector holds what is no number");
        sum += x->valuedouble * x->valuedouble;
    }
    if (!(sum > 0) || !isfinite(sum))
        return err_set(err, "a vector has no direction");
    v = s->vector + text * s->stride;
    memset(v, 0, s->stride * sizeof(*v));
    cJSON_ArrayForEach(x, numbers) v[i++] =
        (int16_t)lrint(x->valuedouble / sqrt(sum) * SCALE);
    return 0;
}

static int hear(struct semantic *s, const struct answer *at, struct err *err)
{
    size_t call = (size_t)at->seq, n = call_size(s, call), i = 0;
    struct err why = {""};
    const cJSON *v;
    cJSON *list;
    int failed = 0;

    if (at->reply.status != REPLY_OK)
        return err_set(err, "the embedding model %s did not answer: %s",
                       s->model.spec,
                       at->reply.error != NULL ? at->reply.error : "no reply");
    list = json_parse(at->reply.text, strlen(at->reply.text), &why);
    if (list == NULL || (size_t)cJSON_GetArraySize(list) != n)
        failed = err_set(&why, "%d vectors for %zu texts",
                         cJSON_GetArraySize(list), n);
    cJSON_ArrayForEach(v, list)
    {
        if (!failed)
            failed = set_vector(s, s->begin[call] + i++, v, &why);
    }
    cJSON_Delete(list);
    s->heard++;
    return failed ? err_set(err, "the embedding model %s: %s", s->model.spec,
                            why.text)
                  : 0;
}

static enum semantic_step ask(struct semantic *s, int timeout_ms,
                              struct err *err)
{
    struct answer at;

    if (s->wants)
        return SEMANTIC_TEXT;
    switch (survey_step(s->survey, &at, timeout_ms, err)) {
    case SURVEY_NEXT:
        if (s->full || (s->last && s->call.nmessages > 0))
            return send(s, err) == 0 ? SEMANTIC_MORE : SEMANTIC_ERROR;
        if (s->last) {
            survey_last(s->survey);
            return SEMANTIC_MORE;
        }
        s->wants = true;
        return SEMANTIC_TEXT;
    case SURVEY_HEAR:
        return hear(s, &at, err) == 0 ? SEMANTIC_MORE : SEMANTIC_ERROR;
    case SURVEY_WAIT:
        return SEMANTIC_MORE;
    case SURVEY_DONE:
        s->stage = COMPARING;
        return SEMANTIC_MORE;
    case SURVEY_STOPPED:
    case SURVEY_ERROR:
        break;
    }
    return SEMANTIC_ERROR;
}

/* --- comparing --- */

/* At most SCALE squared and rounding, which 32 bits hold. */
static int32_t dot(const int16_t *a, const int16_t *b, size_t n)
{
    int32_t sum = 0;
    size_t i, k;

    for (i = 0; i < n; i += LANES) {
        int32_t part = 0;

        for (k = 0; k < LANES; k++)
            part += (int32_t)a[i + k] * b[i + k];
        sum += part;
    }
    return sum;
}

static const int16_t *vector_of(const struct semantic *s, size_t text)
{
    return s->vector + text * s->stride;
}

static int start(struct semantic *s, struct err *err)
{
    size_t i;

    s->near = malloc((s->texts + 1) * sizeof(*s->near));
    s->kept = malloc((s->texts + 1) * sizeof(*s->kept));
    s->inverse = malloc((s->texts + 1) * sizeof(*s->inverse));
    if (s->near == NULL || s->kept == NULL || s->inverse == NULL)
        return err_nomem(err);
    for (i = 0; i < s->texts; i++) {
        const int16_t *v = vector_of(s, i);

        s->inverse[i] = 1 / sqrt((double)dot(v, v, s->stride));
        s->near[i] = (struct nearby){i, 1};
    }
    return 0;
}

/* Remembers the closest kept text at the limit, the first of equals. */
static void look(struct semantic *s, size_t text, size_t kept)
{
    double c = (double)dot(vector_of(s, text), vector_of(s, kept), s->stride) *
               s->inverse[text] * s->inverse[kept];
    struct nearby *n = &s->near[text];

    c = c > 1 ? 1 : c;
    if (c >= s->cosine && (n->of == text || c > n->cosine))
        *n = (struct nearby){kept, c};
}

/* A block against all that was kept before it, then within itself. */
static void compare_block(struct semantic *s, size_t from, size_t end)
{
    size_t before = s->nkept, i, k;

    for (k = 0; k < before; k++)
        for (i = from; i < end; i++)
            look(s, i, s->kept[k]);
    for (i = from; i < end; i++) {
        for (k = before; k < s->nkept; k++)
            look(s, i, s->kept[k]);
        if (s->near[i].of == i)
            s->kept[s->nkept++] = (uint32_t)i;
    }
}

static enum semantic_step compare(struct semantic *s, struct err *err)
{
    size_t end;

    if (s->near == NULL) {
        if (start(s, err) != 0)
            return SEMANTIC_ERROR;
        for (; s->compared < s->firsts; s->compared++)
            s->kept[s->nkept++] = (uint32_t)s->compared;
    }
    end = s->compared + BLOCK < s->texts ? s->compared + BLOCK : s->texts;
    compare_block(s, s->compared, end);
    s->compared = end;
    if (end == s->texts)
        s->stage = ENDED;
    return SEMANTIC_MORE;
}

enum semantic_step semantic_step(struct semantic *s, int timeout_ms,
                                 struct err *err)
{
    switch (s->stage) {
    case ASKING:
        return ask(s, timeout_ms, err);
    case COMPARING:
        return compare(s, err);
    case ENDED:
        break;
    }
    return SEMANTIC_DONE;
}

struct nearby semantic_near(const struct semantic *s, size_t text)
{
    return s->near[text];
}
