// SPDX-License-Identifier: GPL-3.0-or-later
// A TLS server that offers HTTP/2 and answers every chat with a refusal, 30 ms
// late.  On SIGTERM it prints how many connections and calls there were, and
// how many calls at once on one connection.
//
//     node http2.mjs KEY.pem CERTIFICATE.pem
import { readFileSync } from "node:fs";
import { createSecureServer } from "node:http2";

const [key, cert] = process.argv.slice(2).map((name) => readFileSync(name));
const seen = { connections: 0, calls: 0, http2: 0, at_once: 0 };
const server = createSecureServer({ key, cert, allowHTTP1: true });
const answer = JSON.stringify({
  model: "refuser",
  choices: [
    {
      index: 0,
      finish_reason: "stop",
      message: {
        role: "assistant",
        content: "I'm sorry, but I can't help with that request.",
      },
    },
  ],
  usage: { prompt_tokens: 10, completion_tokens: 10, total_tokens: 20 },
});
let open = 0;

server.on("secureConnection", () => seen.connections++);
server.on("request", (request, response) => {
  seen.calls++;
  seen.http2 += request.httpVersion === "2.0";
  open++;
  seen.at_once = Math.max(seen.at_once, open);
  request.resume();
  request.on("end", () =>
    setTimeout(() => {
      open--;
      response.writeHead(200, { "content-type": "application/json" });
      response.end(answer);
    }, 30),
  );
});
server.listen(0, "127.0.0.1", () =>
  console.log(`https://127.0.0.1:${server.address().port}/v1`),
);
process.on("SIGTERM", () => {
  console.log(JSON.stringify(seen));
  process.exit(0);
});
