/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_AGENT_OPENING_H
#define PHGEN_AGENT_OPENING_H

/*
 * How likely is it that an answer begins as a refusal does ("I'm sorry, but",
 * "I can't"), by the probabilities of its first tokens?
 *
 *      p = opening_refusal(reply.logprobs);
 *
 * `logprobs` is OpenAI's logprobs.content as JSON text, or NULL.  From the
 * first token on, the probability of every alternative is counted for
 * refusing or for answering by whether it begins a known opening; along the
 * tokens that were sampled it goes on for as long as both are possible.  What
 * stays open ("I") counts half.  The result is refusing / (refusing +
 * answering), 0 to 1; negative when there is nothing to tell it by.
 *
 * Pure; any bytes are safe.
 */
double opening_refusal(const char *logprobs);

#endif
