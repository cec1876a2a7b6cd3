/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_AGENT_REFUSAL_SIGNS_H
#define PHGEN_AGENT_REFUSAL_SIGNS_H

#include "agent/refusal_text.h"

/*
 * What a sentence does: refuses, judges, redirects, offers help...
 *
 * To add a sign: a name here, a name in sign_names, rules in the table.  Then
 * rebuild the model (tools/refusal.mk), whose features follow this list.
 *
 * Private to src/agent/refusal*.
 */
enum refusal_sign {
    SIGN_REFUSE,     /* I can't help; I must decline */
    SIGN_UNWILLING,  /* I'm not comfortable; I don't think it's right */
    SIGN_NOT_GIVEN,  /* this request cannot be fulfilled */
    SIGN_MORAL,      /* it is illegal; X is never acceptable */
    SIGN_NO_WAY,     /* there is no justification; nobody should */
    SIGN_APOLOGY,    /* I'm sorry */
    SIGN_AI,         /* as an AI */
    SIGN_RULE,       /* against my guidelines */
    SIGN_INABILITY,  /* I have no access, opinions, body */
    SIGN_UNKNOWN,    /* I don't know; not publicly available */
    SIGN_CLARIFY,    /* could you give more details? */
    SIGN_REDIRECT,   /* please contact a professional */
    SIGN_RESPECT,    /* treat all with dignity */
    SIGN_REMEMBER,   /* it is important to note */
    SIGN_PENALTY,    /* can lead to imprisonment */
    SIGN_PRIVATE,    /* personal information, consent */
    SIGN_HARM,       /* words of harm */
    SIGN_GROUP,      /* stereotypes, regardless of race */
    SIGN_OFFER,      /* sure, here are some steps */
    SIGN_OFFER_REST, /* however, I can tell you */
    SIGN_INSTEAD,    /* instead, I suggest */
    SIGN_FICTION,    /* X is a fictional character */
    SIGN_FACT,       /* a misconception; scientifically */
    SIGN_CHALLENGE,  /* I must point out */
    SIGN_CLOSING,    /* anything else I can help with? */
    REFUSAL_SIGNS
};

#define SIGN(name) (UINT32_C(1) << SIGN_##name)

/* The signs of sentence `i` as a set of SIGN() bits. */
uint32_t refusal_signs_of(const struct refusal_text *t, size_t i);

const char *refusal_sign_name(enum refusal_sign s);

#endif
