/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_AGENT_REFUSAL_TEXT_H
#define PHGEN_AGENT_REFUSAL_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A reply as the refusal classifier reads it: words with their senses, in
 * sentences, of the first REFUSAL_HEAD and the last REFUSAL_TAIL bytes.
 *
 *      struct refusal_text t;
 *      refusal_text_read(&t, reply->text, strlen(reply->text));
 *
 * The struct is about 20 KiB, lives on the caller's stack, owns nothing and
 * borrows the text.  Offsets are bytes into that text.
 *
 * Read over: a leading <think> block, Markdown marks, fenced code.  Marked
 * as quoted: words within double quotes or block quotes, since an answer may
 * quote a refusal without being one.  A quotation that starts the reply is
 * the reply itself.
 *
 * Private to src/agent/refusal*.
 */
#define REFUSAL_HEAD      1536
#define REFUSAL_TAIL      448
#define REFUSAL_TOKENS    448
#define REFUSAL_SENTENCES 48

struct refusal_token {
    uint64_t senses; /* RW_* of refusal_words.h */
    uint32_t hash;   /* of the lower-case word */
    uint32_t at;     /* where it starts */
    uint16_t len;
    bool quoted;
    bool digit; /* starts with a digit */
};

struct refusal_sentence {
    uint32_t at, end;        /* bytes, white space trimmed */
    uint16_t first, ntokens; /* its tokens */
    bool item;               /* a list item's first sentence */
    bool question;
    bool tail; /* of the end of a long reply, not of its beginning */
};

struct refusal_text {
    const char *bytes;
    size_t len;   /* of the whole text */
    size_t start; /* behind the thinking block */
    struct refusal_token tokens[REFUSAL_TOKENS];
    size_t ntokens;
    struct refusal_sentence sentences[REFUSAL_SENTENCES];
    size_t nsentences;
    size_t nitems;   /* list items in what was read */
    size_t nfences;  /* code fences */
    size_t nnumbers; /* tokens that start with a digit */
    size_t nwide;    /* bytes of CJK characters */
    size_t nenglish; /* English function words */
    size_t nascii;   /* tokens all of ASCII letters */
};

void refusal_text_read(struct refusal_text *t, const char *bytes, size_t len);

/* True when nothing is there to judge. */
bool refusal_text_blank(const struct refusal_text *t);

#endif
