/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * utf8proc does the Unicode; this file only decides what phgen wants of it.
 * ASCII, which is nearly everything here, takes table-free fast paths:
 * screening a million lines is dominated by text_normalise(), and reading a
 * model server's reply by text_valid().
 */
#include "base/text.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#define REPLACEMENT "\xEF\xBF\xBD"

/* One code point at `p`; its bytes, or 0 when they are not valid UTF-8. */
static size_t decode(const char *p, size_t len, utf8proc_int32_t *cp)
{
    utf8proc_ssize_t n;

    if (len == 0 || *p == '\0')
        return 0;
    n = utf8proc_iterate((const utf8proc_uint8_t *)p, (utf8proc_ssize_t)len,
                         cp);
    return n > 0 ? (size_t)n : 0;
}

/* How many bytes from here on are ASCII and not NUL, in steps of eight. */
static size_t plain_run(const char *p, size_t len)
{
    uint64_t word;
    size_t i;

    for (i = 0; i + sizeof(word) <= len; i += sizeof(word)) {
        memcpy(&word, p + i, sizeof(word));
        if (((word - 0x0101010101010101u) | word) & 0x8080808080808080u)
            break;
    }
    return i;
}

bool text_valid(const char *bytes, size_t len)
{
    utf8proc_int32_t cp;
    size_t i, n;

    for (i = 0; i < len; i += n) {
        n = plain_run(bytes + i, len - i);
        if (n == 0)
            n = decode(bytes + i, len - i, &cp);
        if (n == 0)
            return false;
    }
    return true;
}

void text_repair(const char *bytes, size_t len, struct str *out)
{
    utf8proc_int32_t cp;
    size_t i, n;

    for (i = 0; i<len; i += n> 0 ? n : 1) {
        n = decode(bytes + i, len - i, &cp);
        if (n > 0)
            str_add(out, bytes + i, n);
        else
            str_adds(out, REPLACEMENT);
    }
}

size_t text_cut(const char *text, size_t len, size_t max)
{
    size_t n = len < max ? len : max;

    while (n > 0 && n < len && ((unsigned char)text[n] & 0xC0) == 0x80)
        n--;
    return n;
}

char text_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool ascii_alnum(unsigned char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
           (c >= 'A' && c <= 'Z');
}

/* Separators of the normalised form: all but letters, marks, numbers and
 * symbols that carry meaning. */
static bool is_break(utf8proc_int32_t cp, unsigned keep)
{
    switch (utf8proc_category(cp)) {
    case UTF8PROC_CATEGORY_PC:
    case UTF8PROC_CATEGORY_PD:
    case UTF8PROC_CATEGORY_PS:
    case UTF8PROC_CATEGORY_PE:
    case UTF8PROC_CATEGORY_PI:
    case UTF8PROC_CATEGORY_PF:
    case UTF8PROC_CATEGORY_PO:
        return (keep & TEXT_KEEP_PUNCTUATION) == 0;
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CN:
        return true;
    default:
        return false;
    }
}

/* Folded text to words with one space between. */
static void add_words(const char *p, size_t len, unsigned keep, struct str *out)
{
    bool gap = false;
    size_t start = out->len, i, n;
    utf8proc_int32_t cp;

    for (i = 0; i < len; i += n) {
        n = decode(p + i, len - i, &cp);
        if (n == 0) { /* cannot be: utf8proc made it */
            n = 1;
            continue;
        }
        if (is_break(cp, keep)) {
            gap = out->len > start;
            continue;
        }
        if (gap)
            str_addc(out, ' ');
        gap = false;
        str_add(out, p + i, n);
    }
}

/* What the normalised form has for each ASCII character, by what is kept;
 * breaks are spaces. */
static const char folded_ascii[][129] = {
    // clang-format off
    "                                "
    "    $      +    0123456789  <=> "
    " abcdefghijklmnopqrstuvwxyz   ^ "
    "`abcdefghijklmnopqrstuvwxyz | ~ ",
    "                                "
    "    $      +    0123456789  <=> "
    " ABCDEFGHIJKLMNOPQRSTUVWXYZ   ^ "
    "`abcdefghijklmnopqrstuvwxyz | ~ ",
    "                                "
    " !\"#$%&'()*+,-./0123456789:;<=>?"
    "@abcdefghijklmnopqrstuvwxyz[\\]^_"
    "`abcdefghijklmnopqrstuvwxyz{|}~ ",
    "                                "
    " !\"#$%&'()*+,-./0123456789:;<=>?"
    "@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_"
    "`abcdefghijklmnopqrstuvwxyz{|}~ ",
    // clang-format on
};

static bool is_ascii(const char *bytes, size_t len)
{
    uint64_t w, high = 0x8080808080808080u, low = 0x0101010101010101u;
    size_t i;

    for (i = 0; i + 8 <= len; i += 8) {
        memcpy(&w, bytes + i, 8);
        if (((w | (w - low)) & high) != 0) /* or a NUL; see below */
            break;
    }
    for (; i < len; i++)
        if ((unsigned char)bytes[i] >= 0x80 || bytes[i] == '\0')
            return false;
    return true;
}

/*
 * Without a branch on the character: a break is written over what the last
 * one wrote.  A space is held back until a word follows it.
 */
static bool normalise_ascii(const char *bytes, size_t len, unsigned keep,
                            struct str *out)
{
    const char *fold = folded_ascii[keep];
    char room[1024];
    char last = ' ', c;
    size_t n = 0, i;

    if (!is_ascii(bytes, len))
        return false;
    for (i = 0; i < len; i++) {
        c = fold[(unsigned char)bytes[i]];
        room[n] = c;
        n += c != ' ' || last != ' ';
        last = c;
        if (n == sizeof(room)) {
            n -= last == ' ';
            str_add(out, room, n);
            room[0] = ' ';
            n = last == ' ';
        }
    }
    str_add(out, room, n > 0 && last == ' ' ? n - 1 : n);
    return true;
}

void text_normalise(const char *bytes, size_t len, struct str *out)
{
    text_normalise_but(bytes, len, 0, out);
}

void text_normalise_but(const char *bytes, size_t len, unsigned keep,
                        struct str *out)
{
    utf8proc_uint8_t *folded = NULL;
    utf8proc_ssize_t n;
    struct str clean;

    assert(keep < sizeof(folded_ascii) / sizeof(folded_ascii[0]));
    if (normalise_ascii(bytes, len, keep, out))
        return;
    str_init(&clean, 3 * len + 1);
    text_repair(bytes, len, &clean);
    n = utf8proc_map(
        (const utf8proc_uint8_t *)clean.s, (utf8proc_ssize_t)clean.len, &folded,
        UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_COMPOSE | UTF8PROC_IGNORE |
            ((keep & TEXT_KEEP_CASE) != 0 ? 0 : UTF8PROC_CASEFOLD));
    if (n >= 0)
        add_words((const char *)folded, (size_t)n, keep, out);
    else
        out->bad = true;
    free(folded);
    str_release(&clean);
}

static bool is_wordy(utf8proc_int32_t cp)
{
    switch (utf8proc_category(cp)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
        return true;
    default:
        return false;
    }
}

static size_t wordy_at(const char *text, size_t len, size_t i)
{
    utf8proc_int32_t cp;
    size_t n;

    if (i >= len)
        return 0;
    if ((unsigned char)text[i] < 0x80)
        return ascii_alnum((unsigned char)text[i]) ? 1 : 0;
    n = decode(text + i, len - i, &cp);
    return n > 0 && is_wordy(cp) ? n : 0;
}

/* An apostrophe or hyphen at `i`, ASCII or U+2019: its bytes. */
static size_t joiner_at(const char *text, size_t len, size_t i)
{
    if (i < len && (text[i] == '\'' || text[i] == '-'))
        return 1;
    if (i + 3 <= len && memcmp(text + i, "\xE2\x80\x99", 3) == 0)
        return 3;
    return 0;
}

bool text_word(const char *text, size_t len, size_t *pos, size_t *start,
               size_t *wlen)
{
    size_t i = *pos, n, j;

    while (i < len && wordy_at(text, len, i) == 0)
        i++;
    if (i >= len)
        return false;
    *start = i;
    for (;;) {
        while ((n = wordy_at(text, len, i)) > 0)
            i += n;
        j = joiner_at(text, len, i);
        if (j == 0 || wordy_at(text, len, i + j) == 0)
            break;
        i += j;
    }
    *wlen = i - *start;
    *pos = i;
    return true;
}

size_t text_count_words(const char *text, size_t len)
{
    size_t pos = 0, start, wlen, n = 0;

    while (text_word(text, len, &pos, &start, &wlen))
        n++;
    return n;
}

void text_printable(const char *text, struct str *out)
{
    size_t len = strlen(text), i, n;
    utf8proc_int32_t cp;

    for (i = 0; i < len; i += n) {
        n = decode(text + i, len - i, &cp);
        if (n == 0) {
            str_adds(out, REPLACEMENT);
            n = 1;
        } else if (cp == '\n' || cp == '\t') {
            str_addc(out, ' ');
        } else if (utf8proc_category(cp) == UTF8PROC_CATEGORY_CC ||
                   utf8proc_category(cp) == UTF8PROC_CATEGORY_CF) {
            str_adds(out, REPLACEMENT);
        } else {
            str_add(out, text + i, n);
        }
    }
}

void text_squeeze(const char *bytes, size_t len, struct str *out)
{
    size_t start = out->len, i;
    bool gap = false;

    for (i = 0; i < len; i++) {
        if (bytes[i] == ' ' || bytes[i] == '\t' || bytes[i] == '\n' ||
            bytes[i] == '\r') {
            gap = out->len > start;
            continue;
        }
        if (gap)
            str_addc(out, ' ');
        gap = false;
        str_addc(out, bytes[i]);
    }
}

void text_tidy(const char *bytes, size_t len, struct str *out)
{
    size_t start = out->len, blanks = 0, lines = 0, i;
    char c;

    for (i = 0; i < len; i++) {
        c = bytes[i];
        if (c == '\r' || c == '\n') {
            lines += c == '\n' || i + 1 == len || bytes[i + 1] != '\n';
            blanks = 0;
        } else if (c == ' ' || c == '\t') {
            blanks++;
        } else {
            if (out->len > start)
                str_add(out, "\n\n", lines < 2 ? lines : 2);
            if (out->len > start || lines > 0)
                str_add(out, bytes + i - blanks, blanks);
            str_addc(out, c);
            blanks = lines = 0;
        }
    }
}

/* Latin letters end at U+024F (Latin Extended-B). */
#define LATIN_LAST 0x24F

bool text_is_english(const char *bytes, size_t len)
{
    size_t i, n, letters = 0, latin = 0;
    utf8proc_int32_t cp;

    for (i = 0; i < len; i += n) {
        n = decode(bytes + i, len - i, &cp);
        if (n == 0 || (utf8proc_category(cp) == UTF8PROC_CATEGORY_CC &&
                       cp != '\n' && cp != '\t'))
            return false;
        if (n == 1 ? !ascii_alnum((unsigned char)bytes[i]) : !is_wordy(cp))
            continue;
        letters++;
        latin += cp <= LATIN_LAST;
    }
    return letters > 0 && 10 * latin >= 9 * letters;
}
