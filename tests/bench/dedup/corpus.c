/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Words are 150 common English ones and 20,000 made of syllables, drawn with
 * Zipf weights, so that character shingles have the skew of real text: a few
 * thousand are everywhere, most are rare.
 *
 * Templates are what makes near-duplicate indexes slow: thousands of texts
 * alike in all but their slots, and yet not duplicates.
 */
#include "corpus.h"

#include "base/rng.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VOCABULARY 20000
#define WORD       24
#define WORDS_MAX  64
#define TEMPLATES  200
#define FILLERS    3000
#define ITEMS      40

static const char *const common[] = {
    "the",      "a",        "to",       "of",      "and",       "in",
    "how",      "is",       "for",      "my",      "i",         "what",
    "can",      "do",       "with",     "that",    "on",        "it",
    "you",      "be",       "this",     "me",      "are",       "from",
    "without",  "explain",  "write",    "best",    "way",       "kill",
    "process",  "python",   "story",    "about",   "make",      "safe",
    "use",      "when",     "if",       "their",   "people",    "need",
    "help",     "please",   "tell",     "why",     "would",     "should",
    "could",    "shoot",    "photo",    "night",   "attack",    "chess",
    "opening",  "game",     "blow",     "up",      "balloon",   "party",
    "steal",    "base",     "scene",    "history", "poison",    "garden",
    "plant",    "dog",      "cat",      "child",   "mother",    "doctor",
    "medicine", "drug",     "law",      "police",  "report",    "school",
    "teacher",  "student",  "book",     "movie",   "character", "code",
    "server",   "network",  "security", "test",    "system",    "file",
    "data",     "money",    "bank",     "account", "company",   "market",
    "price",    "food",     "recipe",   "cook",    "water",     "fire",
    "house",    "car",      "engine",   "road",    "travel",    "city",
    "country",  "war",      "soldier",  "weapon",  "knife",     "gun",
    "bomb",     "bath",     "skin",     "hair",    "body",      "pain",
    "sleep",    "work",     "office",   "email",   "letter",    "speech",
    "debate",   "religion", "politics", "art",     "music",     "song",
    "dance",    "sport",    "team",     "player",  "coach",     "training",
    "weight",   "diet",     "health",   "disease", "virus",     "science",
    "physics",  "chemistry"};
#define COMMON (sizeof(common) / sizeof(common[0]))

struct template
{
    int item[ITEMS]; /* a word, or -1: a slot */
    int items;
};

struct corpus {
    uint64_t seed;
    char word[VOCABULARY][WORD];
    double upto[VOCABULARY]; /* cumulated Zipf weights, the last is 1 */
    struct template template[TEMPLATES];
    int filler[FILLERS][4];
};

struct words {
    int word[WORDS_MAX];
    int n;
};

static void make_word(struct rng *r, char *out)
{
    static const char *const head[] = {"b",  "c",  "d", "f", "g", "l",  "m",
                                       "n",  "p",  "r", "s", "t", "st", "tr",
                                       "pl", "ch", "v", "h", "w", "gr"};
    static const char *const core[] = {"a",  "e",  "i",  "o",  "u",
                                       "ai", "ea", "io", "ou", "e"};
    static const char *const tail[] = {"",  "",  "n",  "r",  "s",
                                       "l", "t", "nd", "ck", "m"};
    uint64_t syllables = 1 + rng_below(r, 2) + rng_below(r, 3);
    size_t len = 0;

    while (syllables-- > 0 && len + 6 < WORD)
        len += (size_t)snprintf(out + len, WORD - len, "%s%s%s",
                                head[rng_below(r, 20)], core[rng_below(r, 10)],
                                tail[rng_below(r, 10)]);
}

static int draw_word(const struct corpus *c, struct rng *r)
{
    double u = rng_unit(r);
    int low = 0, high = VOCABULARY - 1;

    while (low < high) {
        int mid = (low + high) / 2;

        if (c->upto[mid] < u)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static void make_templates(struct corpus *c, struct rng *r)
{
    int t, i, k, slots;

    for (t = 0; t < FILLERS; t++)
        for (i = 0; i < 4; i++)
            c->filler[t][i] = draw_word(c, r);
    for (t = 0; t < TEMPLATES; t++) {
        struct template *at = &c->template[t];

        at->items = 6 + (int)rng_below(r, 25);
        for (i = 0; i < at->items; i++)
            at->item[i] = draw_word(c, r);
        slots = 1 + at->items / 8;
        for (i = 0; i < slots; i++) {
            k = (int)rng_below(r, (uint64_t)at->items);
            at->item[k] = -1;
        }
    }
}

struct corpus *corpus_new(uint64_t seed)
{
    struct corpus *c = calloc(1, sizeof(*c));
    struct rng r = rng_for(seed, 0, "corpus");
    double sum = 0;
    int i;

    if (c == NULL)
        return NULL;
    c->seed = seed;
    for (i = 0; i < VOCABULARY; i++) {
        if (i < (int)COMMON)
            snprintf(c->word[i], WORD, "%s", common[i]);
        else
            make_word(&r, c->word[i]);
        sum += 1 / (i + 2.7);
        c->upto[i] = sum;
    }
    for (i = 0; i < VOCABULARY; i++)
        c->upto[i] /= sum;
    make_templates(c, &r);
    return c;
}

void corpus_free(struct corpus *c)
{
    free(c);
}

static void add(struct words *w, int word)
{
    if (w->n < WORDS_MAX)
        w->word[w->n++] = word;
}

static void base_words(const struct corpus *c, uint64_t i, struct words *w)
{
    struct rng r = rng_for(c->seed, i, "base");
    int n, k;

    w->n = 0;
    if (rng_below(&r, 2) == 0) {
        n = 3 + (int)(rng_below(&r, 58));
        while (w->n < n)
            add(w, draw_word(c, &r));
        return;
    }
    const struct template *t = &c->template[rng_below(&r, TEMPLATES)];

    for (k = 0; k < t->items; k++) {
        const int *f = c->filler[rng_below(&r, FILLERS)];

        if (t->item[k] >= 0) {
            add(w, t->item[k]);
            continue;
        }
        for (n = 1 + (int)rng_below(&r, 3); n > 0; n--)
            add(w, f[n - 1]);
    }
}

static void shift(struct words *w, int at, int by)
{
    int n = w->n - at;

    memmove(w->word + at + by, w->word + at, (size_t)n * sizeof(int));
    w->n += by;
}

/* Moves a clause from the end to the front, or the reverse. */
static void rotate(struct words *w, int by)
{
    struct words copy = *w;
    int i;

    for (i = 0; i < w->n; i++)
        w->word[i] = copy.word[(i + by) % w->n];
}

static void edit(const struct corpus *c, struct rng *r, struct words *w)
{
    int at = (int)rng_below(r, (uint64_t)w->n), other;

    switch (rng_below(r, 5)) {
    case 0: /* another word */
        w->word[at] = draw_word(c, r);
        break;
    case 1: /* an insertion */
        if (w->n < WORDS_MAX) {
            shift(w, at, 1);
            w->word[at] = draw_word(c, r);
        }
        break;
    case 2: /* a deletion */
        if (w->n > 3 && at + 1 < w->n)
            shift(w, at + 1, -1);
        break;
    case 3: /* neighbours swapped */
        if (at + 1 < w->n) {
            other = w->word[at];
            w->word[at] = w->word[at + 1];
            w->word[at + 1] = other;
        }
        break;
    default:
        rotate(w, at);
    }
}

static size_t spell(const struct corpus *c, struct rng *r,
                    const struct words *w, bool touched, char *out)
{
    static const char *const gap[] = {", ", "  ", " - ", "; "};
    size_t len = 0;
    int i;

    for (i = 0; i < w->n; i++) {
        const char *space = i == 0 ? "" : " ";

        if (touched && i > 0 && rng_below(r, 12) == 0)
            space = gap[rng_below(r, 4)];
        len += (size_t)snprintf(out + len, CORPUS_TEXT_MAX - len, "%s%s", space,
                                c->word[w->word[i]]);
        if (touched && rng_below(r, 60) == 0)
            out[len - 1] = (char)('a' + rng_below(r, 26));
    }
    if (out[0] >= 'a' && out[0] <= 'z' && (!touched || rng_below(r, 2) == 0))
        out[0] = (char)(out[0] - 'a' + 'A');
    len += (size_t)snprintf(out + len, CORPUS_TEXT_MAX - len, "%s",
                            touched && rng_below(r, 2) == 0 ? "!" : "?");
    return len;
}

int corpus_template(const struct corpus *c, uint64_t i)
{
    struct rng plant = rng_for(c->seed, i, "plant"), base;

    if (i > 0 && rng_below(&plant, 5) == 0)
        i = rng_below(&plant, i);
    base = rng_for(c->seed, i, "base");
    return rng_below(&base, 2) == 0 ? -1 : (int)rng_below(&base, TEMPLATES);
}

size_t corpus_text(const struct corpus *c, uint64_t i, uint64_t *source,
                   char out[CORPUS_TEXT_MAX])
{
    struct rng r = rng_for(c->seed, i, "plant");
    bool planted = i > 0 && rng_below(&r, 5) == 0;
    struct words w;
    uint64_t edits;

    *source = planted ? rng_below(&r, i) : i;
    base_words(c, *source, &w);
    if (planted)
        for (edits = rng_below(&r, 2 + (uint64_t)w.n / 5); edits > 0; edits--)
            edit(c, &r, &w);
    return spell(c, &r, &w, planted, out);
}
