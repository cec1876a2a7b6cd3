/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_NET_FAULT_H
#define PHGEN_NET_FAULT_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The body of an error reply, whoever sent it.
 *
 * Shapes read: {"error": {code, type, message, param, status}} (OpenAI,
 * Azure, Anthropic, llama-server, Gemini), the same inside an array (Gemini's
 * compatible endpoint), {"error": "text"} (Ollama), {"message": "text"}
 * (Mistral), {"detail": "text" or [{loc, msg}]} (FastAPI: vLLM, Mistral), and
 * anything else, whose first bytes become the message.
 *
 * Pure; all texts are valid UTF-8, printable and cut to their size.
 */
struct fault {
    bool json;      /* the body was JSON of a known shape */
    bool html;      /* it looked like a web page */
    bool filtered;  /* the provider's content filter blocked the call */
    char code[64];  /* error.code, or a number of it as text; "" */
    char type[64];  /* error.type or error.status; "" */
    char param[64]; /* the request member that is complained of; "" */
    char message[300];
    double retry_after; /* Google's RetryInfo, seconds; negative: none */
};

void fault_parse(const char *bytes, size_t len, struct fault *f);

/*
 * What the model wrote when the server refused its answer because it was not
 * the JSON asked for (Groq: code json_validate_failed, failed_generation): a
 * heap string, or NULL.
 */
char *fault_generation(const char *bytes, size_t len);

/* True when a 200 body is an error object in disguise (OpenRouter). */
bool fault_in_answer(const char *bytes, size_t len);

/* The first bytes, printable on one line, for quoting in a sentence. */
void fault_quote(const char *bytes, size_t len, char *out, size_t size);

#endif
