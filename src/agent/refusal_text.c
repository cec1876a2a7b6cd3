/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One pass over at most REFUSAL_HEAD + REFUSAL_TAIL bytes.  No allocation, so
 * no failure: what does not fit the fixed arrays is not read, and the first
 * hundreds of words decide.
 *
 * Bytes from 0x80 up are letters, but for the punctuation blocks that models
 * write (U+2000..., U+3000..., full-width forms); the text may be invalid
 * UTF-8 without harm, since every step moves by at least one byte and never
 * past the end.
 */
#include "agent/refusal_text.h"
#include "agent/refusal_words.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <string.h>

#define WORD_MAX 24

struct reader {
    struct refusal_text *t;
    size_t pos, end;
    struct refusal_sentence *s; /* the open sentence, or NULL */
    bool quote;                 /* a quotation is open */
    bool outer;                 /* a quotation around the whole reply is open */
    bool line_start;
    bool block_quote; /* this line is quoted */
    bool fenced;
    bool item; /* the next sentence starts a list item */
    bool tail;
};

static unsigned char byte_at(const struct reader *r, size_t pos)
{
    return pos < r->end ? (unsigned char)r->t->bytes[pos] : 0;
}

/* The length of a non-ASCII punctuation character at `pos`, or 0. */
static size_t wide_mark(const struct reader *r, size_t pos)
{
    unsigned char a = byte_at(r, pos), b = byte_at(r, pos + 1);

    if (a == 0xE2 && (b == 0x80 || b == 0x81))
        return 3;
    if (a == 0xE3 && b == 0x80)
        return 3;
    if (a == 0xEF && (b == 0xBC || b == 0xBD || b == 0xBB))
        return 3;
    if (a == 0xC2 && b < 0xC0)
        return 2;
    return 0;
}

static bool is_apostrophe(const struct reader *r, size_t pos, size_t *width)
{
    if (byte_at(r, pos) == '\'') {
        *width = 1;
        return true;
    }
    *width = 3;
    return byte_at(r, pos) == 0xE2 && byte_at(r, pos + 1) == 0x80 &&
           byte_at(r, pos + 2) == 0x99;
}

static bool is_letter(const struct reader *r, size_t pos)
{
    unsigned char c = byte_at(r, pos);

    if (c >= 0x80)
        return wide_mark(r, pos) == 0;
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9');
}

static void open_sentence(struct reader *r)
{
    struct refusal_text *t = r->t;

    if (r->s != NULL || t->nsentences == REFUSAL_SENTENCES)
        return;
    r->s = &t->sentences[t->nsentences++];
    *r->s = (struct refusal_sentence){.at = (uint32_t)r->pos,
                                      .end = (uint32_t)r->pos,
                                      .first = (uint16_t)t->ntokens,
                                      .item = r->item,
                                      .tail = r->tail};
    r->item = false;
}

static void close_sentence(struct reader *r)
{
    r->s = NULL;
}

/* English function words, to tell the language; checked by length first. */
static bool is_english(const char *w, size_t n)
{
    static const char *const by_length[] = {
        "a i", "of to in is it or as on be an", "the and for you not are can",
        "that with this your from have", "these there about which"};
    const char *p;

    if (n < 1 || n > 5)
        return false;
    for (p = by_length[n - 1]; strlen(p) >= n; p += n + 1) {
        if (memcmp(p, w, n) == 0)
            return true;
        if (p[n] == '\0')
            break;
    }
    return false;
}

static void add_token(struct reader *r, const char *word, size_t n, size_t at,
                      bool ascii)
{
    struct refusal_text *t = r->t;
    struct refusal_token *k;
    size_t width = r->pos - at;

    if (r->s == NULL || t->ntokens == REFUSAL_TOKENS)
        return;
    k = &t->tokens[t->ntokens++];
    k->at = (uint32_t)at;
    k->len = (uint16_t)(width < UINT16_MAX ? width : UINT16_MAX);
    k->senses = n < WORD_MAX ? refusal_word_senses(word, n) : 0;
    k->hash = (uint32_t)XXH3_64bits(word, n);
    k->quoted = r->quote || r->block_quote;
    k->digit = word[0] >= '0' && word[0] <= '9';
    r->s->ntokens++;
    r->s->end = (uint32_t)r->pos;
    t->nnumbers += k->digit;
    t->nascii += ascii;
    t->nenglish += ascii && is_english(word, n);
}

/* Copies a word in lower case (ASCII and Latin-1) and adds it. */
static void read_word(struct reader *r)
{
    char word[WORD_MAX];
    size_t n = 0, at = r->pos, width;
    bool ascii = true;

    open_sentence(r);
    while (r->pos < r->end) {
        unsigned char c = byte_at(r, r->pos);

        if (is_apostrophe(r, r->pos, &width) && n > 0 &&
            is_letter(r, r->pos + width)) {
            r->pos += width;
            c = '\'';
        } else if (is_letter(r, r->pos)) {
            if (c >= 'A' && c <= 'Z')
                c = (unsigned char)(c + 32);
            else if (n > 0 && (unsigned char)word[n - 1] == 0xC3 && c >= 0x80 &&
                     c <= 0x9E && c != 0x97)
                c = (unsigned char)(c + 32);
            r->t->nwide += c >= 0xE3 && c <= 0xED;
            ascii = ascii && c < 0x80;
            r->pos++;
        } else {
            break;
        }
        if (n < WORD_MAX)
            word[n++] = (char)c;
        if (!ascii && n == WORD_MAX)
            break;
    }
    add_token(r, word, n, at, ascii);
}

static bool blank_behind(const struct reader *r, size_t pos)
{
    unsigned char c = byte_at(r, pos);

    return c == 0 || c == ' ' || c == '\n' || c == '\r' || c == '\t' ||
           c == '"' || c == '\'' || c == ')' || c == '*' || c == '_' ||
           c >= 0x80;
}

static bool lower_behind(const struct reader *r, size_t pos)
{
    while (byte_at(r, pos) == ' ')
        pos++;
    return byte_at(r, pos) >= 'a' && byte_at(r, pos) <= 'z';
}

/* A double quotation mark: opens or closes. */
static void read_quote(struct reader *r, size_t width, int direction)
{
    bool opens = direction > 0 || (direction == 0 && !r->quote && !r->outer);

    if (!opens)
        r->outer = r->quote = false;
    else if (r->t->ntokens == 0)
        r->outer = true;
    else
        r->quote = true;
    r->pos += width;
}

/* Skips a fenced block to the closing fence or the end. */
static void read_fence(struct reader *r)
{
    const char *from = r->t->bytes + r->pos + 3;
    size_t left = r->end - r->pos - 3, i;

    close_sentence(r);
    r->t->nfences++;
    for (i = 0; i + 3 <= left; i++) {
        if (memcmp(from + i, "```", 3) == 0) {
            r->pos += 3 + i + 3;
            return;
        }
    }
    r->pos = r->end;
}

/* The marks that a Markdown line can start with: "- ", "3. ", "> ", "##". */
static void read_line_start(struct reader *r)
{
    size_t p = r->pos, digits = 0;

    r->line_start = false;
    r->block_quote = false;
    while (byte_at(r, p) == ' ' || byte_at(r, p) == '\t')
        p++;
    if (byte_at(r, p) == '>' && r->t->ntokens > 0) {
        r->block_quote = true;
        p++;
    }
    while (byte_at(r, p) == ' ' || byte_at(r, p) == '#' ||
           byte_at(r, p) == '*' || byte_at(r, p) == '\t') {
        if (byte_at(r, p) == '*' && byte_at(r, p + 1) == ' ')
            r->item = true;
        p++;
    }
    if (byte_at(r, p) == '-' && byte_at(r, p + 1) == ' ')
        r->item = true;
    if (byte_at(r, p) == 0xE2 && byte_at(r, p + 1) == 0x80 &&
        byte_at(r, p + 2) == 0xA2)
        r->item = true;
    while (byte_at(r, p + digits) >= '0' && byte_at(r, p + digits) <= '9')
        digits++;
    if (digits > 0 && digits < 3 &&
        (byte_at(r, p + digits) == '.' || byte_at(r, p + digits) == ')') &&
        byte_at(r, p + digits + 1) == ' ') {
        r->item = true;
        p += digits + 2;
    }
    if (r->item) {
        r->t->nitems++;
        close_sentence(r);
    }
    r->pos = p;
}

static void read_newline(struct reader *r)
{
    r->pos++;
    r->line_start = true;
    /* A hard-wrapped line goes on in lower case. */
    if (r->s != NULL && lower_behind(r, r->pos))
        return;
    close_sentence(r);
    r->quote = false;
    r->item = false;
}

/* Punctuation beyond ASCII: quotation marks and CJK full stops matter. */
static void read_wide_mark(struct reader *r, size_t width)
{
    const unsigned char *p =
        (const unsigned char *)r->t->bytes + r->pos; /* `width` bytes */

    if (r->pos + width > r->end) {
        r->pos = r->end;
        return;
    }
    if (width == 3 && p[0] == 0xE2 && p[1] == 0x80 &&
        (p[2] == 0x9C || p[2] == 0x9E)) {
        read_quote(r, width, 1);
        return;
    }
    if (width == 3 && p[0] == 0xE2 && p[1] == 0x80 && p[2] == 0x9D) {
        read_quote(r, width, -1);
        return;
    }
    if ((p[0] == 0xE3 && p[2] == 0x82) ||
        (p[0] == 0xEF && p[1] == 0xBC && (p[2] == 0x81 || p[2] == 0x9F))) {
        if (r->s != NULL)
            r->s->question = p[2] == 0x9F;
        close_sentence(r);
    }
    r->pos += width;
}

static void read_mark(struct reader *r)
{
    unsigned char c = byte_at(r, r->pos);
    size_t width = wide_mark(r, r->pos);

    if (width > 0) {
        read_wide_mark(r, width);
        return;
    }
    if (c == '"') {
        read_quote(r, 1, 0);
        return;
    }
    if (c == '`' && r->pos + 3 <= r->end &&
        memcmp(r->t->bytes + r->pos, "```", 3) == 0) {
        read_fence(r);
        return;
    }
    if (r->s != NULL && (c == '.' || c == '!' || c == '?')) {
        r->s->end = (uint32_t)(r->pos + 1);
        r->s->question = c == '?';
        if (blank_behind(r, r->pos + 1) &&
            (c != '.' || !lower_behind(r, r->pos + 1)))
            close_sentence(r);
    }
    r->pos++;
}

static void read_range(struct reader *r, size_t from, size_t to)
{
    r->pos = from;
    r->end = to;
    r->line_start = true;
    r->quote = false;
    close_sentence(r);
    while (r->pos < r->end) {
        if (r->line_start)
            read_line_start(r);
        if (r->pos >= r->end)
            break;
        if (byte_at(r, r->pos) == '\n')
            read_newline(r);
        else if (is_letter(r, r->pos))
            read_word(r);
        else
            read_mark(r);
    }
}

static bool is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/* Where the answer starts: behind white space and one thinking block. */
static size_t skip_thinking(const char *bytes, size_t len)
{
    static const char open[] = "<think>", close[] = "</think>";
    size_t i = 0, j;

    while (i < len && is_space(bytes[i]))
        i++;
    if (len - i < sizeof(open) - 1 ||
        memcmp(bytes + i, open, sizeof(open) - 1) != 0)
        return i;
    for (j = i; j + sizeof(close) - 1 <= len; j++) {
        const char *p = memchr(bytes + j, '<', len - j);

        if (p == NULL)
            break;
        j = (size_t)(p - bytes);
        if (len - j >= sizeof(close) - 1 &&
            memcmp(p, close, sizeof(close) - 1) == 0) {
            j += sizeof(close) - 1;
            while (j < len && is_space(bytes[j]))
                j++;
            return j;
        }
    }
    return len;
}

void refusal_text_read(struct refusal_text *t, const char *bytes, size_t len)
{
    struct reader r = {.t = t};
    size_t head, tail;

    if (len > UINT32_MAX)
        len = UINT32_MAX;
    /* The arrays are filled up to their counts only. */
    t->bytes = bytes;
    t->len = len;
    t->start = skip_thinking(bytes, len);
    t->ntokens = t->nsentences = t->nitems = t->nfences = 0;
    t->nnumbers = t->nwide = t->nenglish = t->nascii = 0;
    head = len - t->start > REFUSAL_HEAD ? t->start + REFUSAL_HEAD : len;
    tail = len - head > REFUSAL_TAIL ? len - REFUSAL_TAIL : head;
    while (tail > head && tail < len && !is_space(bytes[tail]) &&
           len - tail > REFUSAL_TAIL - 64)
        tail++;
    read_range(&r, t->start, head);
    r.tail = true;
    if (tail < len)
        read_range(&r, tail, len);
}

bool refusal_text_blank(const struct refusal_text *t)
{
    return t->ntokens == 0 && t->nfences == 0;
}
