// SPDX-License-Identifier: GPL-3.0-or-later
// Starts aimock with one behaviour a model name and prints its address.
//
//     node server.mjs FOLDER-OF-node_modules
//
// A model called once-STATUS answers one request in four with that error the
// first time that it comes; the others say what they always do.
import { pathToFileURL } from "node:url";

const entry = `${process.argv[2]}/@copilotkit/aimock/dist/index.js`;
const { LLMock } = await import(pathToFileURL(entry).href);
const mock = new LLMock({ port: 0, host: "127.0.0.1", logLevel: "silent" });
const refusal = { content: "I'm sorry, but I can't help with that request." };
const seen = new Set();

const errors = {
  429: { message: "Rate limit reached", type: "rate_limit_error" },
  500: { message: "Something broke", type: "server_error" },
  503: { message: "Not ready", type: "server_error" },
  529: { message: "Overloaded", type: "overloaded_error" },
};
const always = {
  "no-key": [401, { message: "Incorrect API key", code: "invalid_api_key" }],
  "no-money": [
    429,
    { message: "You exceeded your quota", code: "insufficient_quota" },
  ],
};

function fixture(model, response, options) {
  mock.addFixture({ match: { model }, response, ...options });
}

let first = 0;
for (const [status, error] of Object.entries(errors))
  fixture(`once-${status}`, (request) => {
    const key = JSON.stringify(request);
    if (seen.has(key) || first++ % 4 > 0) return refusal;
    seen.add(key);
    return { status: Number(status), error, retryAfter: 0 };
  });
for (const [model, [status, error]] of Object.entries(always))
  fixture(model, { status, error });
fixture("refuser", refusal);
fixture("filtered", { content: "", finishReason: "content_filter" });
fixture("garbage", refusal, { chaos: { malformedRate: 0.2 } });
fixture("hangs-up", refusal, { chaos: { disconnectRate: 0.2 } });
fixture("chaos", refusal, {
  chaos: {
    dropRate: 0.05,
    malformedRate: 0.05,
    rateLimitRate: 0.05,
    disconnectRate: 0.05,
  },
});
fixture("slow", refusal, { chaos: { latencyMs: 50 } });

console.log(await mock.start());
process.on("SIGTERM", () => mock.stop().then(() => process.exit(0)));
