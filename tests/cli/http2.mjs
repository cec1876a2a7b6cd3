// SPDX-License-Identifier: GPL-3.0-or-later
// HTTP/2 over TLS in front of a server that speaks HTTP/1.1.
//
//     node http2.mjs KEY CERTIFICATE URL [goaway=N] [refuse=N]
//
// goaway=N ends each connection after N requests, as real servers do; refuse=N
// refuses every N-th stream unprocessed (RFC 9113, 8.7).  Prints its port, and
// on SIGTERM how many connections and requests there were, and the most
// requests at once on one connection.
import http from "node:http";
import http2 from "node:http2";
import { readFileSync } from "node:fs";

const [keyFile, certFile, target, ...rest] = process.argv.slice(2);
const option = Object.fromEntries(rest.map((word) => word.split("=")));
const agent = new http.Agent({ keepAlive: true });
let connections = 0,
  requests = 0,
  most = 0;

const server = http2.createSecureServer({
  key: readFileSync(keyFile),
  cert: readFileSync(certFile),
});

function forward(stream, headers) {
  const request = http.request(
    new URL(headers[":path"], target),
    {
      method: headers[":method"],
      agent,
      headers: {
        "content-type": headers["content-type"],
        "content-length": headers["content-length"],
      },
    },
    (reply) => {
      if (stream.destroyed) return reply.resume();
      stream.respond({
        ":status": reply.statusCode,
        "content-type": reply.headers["content-type"],
      });
      reply.pipe(stream);
    },
  );
  request.on("error", () => stream.close());
  stream.pipe(request);
}

server.on("session", (session) => {
  let open = 0,
    served = 0;
  connections++;
  session.on("error", () => {});
  session.on("stream", (stream, headers) => {
    requests++;
    served++;
    most = Math.max(most, ++open);
    stream.on("error", () => {});
    stream.on("close", () => open--);
    if (option.refuse && requests % option.refuse === 0)
      return stream.close(http2.constants.NGHTTP2_REFUSED_STREAM);
    forward(stream, headers);
    if (option.goaway && served === Number(option.goaway)) session.close();
  });
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
process.on("SIGTERM", () => {
  console.log(`${connections} connections ${requests} requests ${most} at once`);
  process.exit(0);
});
