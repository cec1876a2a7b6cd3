# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests need on the other side of a connection and phgen serve is not.

    peer.py echo LOG            an API that says the caller's key back, in the
                                way that the model's name asks for
    peer.py ladder LOG          an API that takes as much of what shapes an
                                answer as the model's name says: "schema",
                                "object" (no json_schema), "words" (neither),
                                "short" (no answer of over 256 tokens, and
                                those are cut); LOG gets what was asked for
    peer.py embeddings LOG      vectors of three numbers
    peer.py template LOG        takes no first call; refuses all others, slowly,
                                and bills 700 tokens more for each than its text
                                has
    peer.py tls PORT CERT KEY   TLS in front of a port
    peer.py plain TEXT          says TEXT to who connects, and no HTTP; without
                                one it hangs up when it was asked
    peer.py proxy LOG [REFUSE]  an HTTP proxy, for CONNECT too; with a second
                                word it wants a login

Each prints "port N" when it listens.  LOG gets each request's head.
"""
import http.server
import itertools
import json
import select
import socket
import socketserver
import ssl
import sys
import time
import urllib.parse

MODE = sys.argv[1]


def note(text):
    with open(sys.argv[2], "a") as log:
        log.write(text + "\n")


def key_of(headers):
    for name in ("authorization", "api-key", "x-api-key"):
        if headers.get(name):
            return headers[name].split()[-1]
    return "(none)"


class Echo(http.server.BaseHTTPRequestHandler):
    """Each answer holds the key; none may come out at the other end."""
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def say(self, status, body, *headers):
        data = body.encode()
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        note(self.requestline + "\n" + str(self.headers))
        how = json.loads(body).get("model", "")
        key = key_of(self.headers)
        wrong = {"message": "no, not %s" % key, "code": "c-" + key}
        escaped = json.dumps({"error": wrong}).replace("/", "\\/")
        here = "http://localhost:%d" % self.server.server_address[1]
        if how == "answer":
            self.say(200, json.dumps({
                "model": "m-" + key, "usage": {"prompt_tokens": 1},
                "choices": [{"finish_reason": "stop", "message": {
                    "content": "I can't help. Your key is %s." % key,
                    "refusal": "no: " + key, "reasoning": "hm, " + key},
                    "logprobs": {"content": [{"token": key}]}}]}))
        elif how == "nonsense":
            self.say(200, "{\"you\": \"%s\"}" % key)
        elif how == "html":
            self.say(502, "<html>%s%s</html>" % ("x" * 140, key))
        elif how == "cut":
            self.say(400, json.dumps(
                {"error": {"message": "y" * 280 + key}}))
        elif how == "redirect":
            self.say(307, "", ("Location", "%s/else?%s" % (here, key)))
        elif how == "filter":
            self.say(400, json.dumps({"error": {
                "code": "content_filter", "message": "blocked for " + key}}))
        else:
            self.say(int(how), escaped)


class Ladder(Echo):
    """Refuses with a sentence what it does not take, as servers do."""
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        how = body["model"]
        kind = body.get("response_format", {}).get("type", "none")
        probs = bool(body.get("logprobs"))
        note("%s %s %s" % (how, kind, "logprobs" if probs else "-"))
        taken = {"schema": ("json_schema", "json_object", "none"),
                 "short": ("json_schema", "json_object", "none"),
                 "object": ("json_object", "none"), "words": ("none",)}[how]
        if kind not in taken:
            self.say(400, json.dumps({"error": {
                "message": "response_format.type %s is not supported" % kind,
                "type": "invalid_request_error"}}))
            return
        if probs and how == "words":
            self.say(400, json.dumps({"error": {
                "message": "logprobs are not supported by this model"}}))
            return
        if how == "short" and body["max_tokens"] > 256:
            self.say(500, "{\"error\": {\"message\": \"too long\"}}")
            return
        choice = {"finish_reason": "length" if how == "short" else "stop",
                  "message": {"role": "assistant",
                              "content": "{\"answer\": \"yes\"}"}}
        if probs:
            choice["logprobs"] = {"content": [{
                "token": "{", "logprob": -0.1, "top_logprobs": []}]}
        self.say(200, json.dumps({
            "model": how, "choices": [choice],
            "usage": {"prompt_tokens": 9, "completion_tokens": 5}}))


class Embeddings(Echo):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        note("%d texts" % len(body["input"]))
        self.say(200, json.dumps({
            "model": body["model"], "usage": {"prompt_tokens": 3},
            "data": [{"index": i, "embedding": [1, 0.5, -2]}
                     for i in range(len(body["input"]))]}))


class Template(Echo):
    """A guard's chat template is longer than what it is asked about."""
    calls = itertools.count()

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if next(self.calls) == 0:
            self.say(400, '{"error": {"message": "not this one"}}')
            return
        time.sleep(0.05)
        self.say(200, json.dumps({
            "model": "t", "choices": [{"finish_reason": "stop", "message": {
                "content": "I can't help with that."}}],
            "usage": {"prompt_tokens": 700 + len(body) // 4,
                      "completion_tokens": 7}}))


def pump(a, b):
    """Bytes both ways until either side closes."""
    other = {a: b, b: a}
    while True:
        if isinstance(a, ssl.SSLSocket) and a.pending():
            ready = [a]
        else:
            ready = select.select([a, b], [], [])[0]
        for s in ready:
            data = s.recv(65536)
            if not data:
                return
            other[s].sendall(data)


class Tls(socketserver.BaseRequestHandler):
    def handle(self):
        try:
            client = self.server.context.wrap_socket(self.request,
                                                     server_side=True)
        except OSError:  # the client does not trust us: that is the test
            return
        with socket.create_connection(("127.0.0.1", int(sys.argv[2]))) as up:
            try:
                pump(client, up)
            except OSError:
                pass
        client.close()


class Plain(socketserver.BaseRequestHandler):
    def handle(self):
        if not sys.argv[2]:
            self.request.recv(65536)
            return
        self.request.sendall(sys.argv[2].encode() + b"\r\n")
        try:
            while self.request.recv(65536):
                pass
        except OSError:  # it hangs up on what it does not understand
            pass


class Proxy(socketserver.BaseRequestHandler):
    def head(self):
        data = b""
        while b"\r\n\r\n" not in data:
            more = self.request.recv(65536)
            if not more:
                return None, b""
            data += more
        head, rest = data.split(b"\r\n\r\n", 1)
        return head.decode(), rest

    def handle(self):
        head, rest = self.head()
        if head is None:
            return
        note(head)
        method, target = head.split(" ", 2)[:2]
        if len(sys.argv) > 3:
            self.request.sendall(b"HTTP/1.1 407 Login\r\n"
                                 b"Proxy-Authenticate: Basic realm=\"p\"\r\n"
                                 b"Content-Length: 0\r\n\r\n")
            return
        if method == "CONNECT":
            host, port = target.rsplit(":", 1)
            first = b""
        else:
            url = urllib.parse.urlsplit(target)
            host, port = url.hostname, url.port or 80
            head = head.replace(target, url.path, 1)
            # One request a connection keeps this simple.
            first = (head + "\r\nConnection: close\r\n\r\n").encode() + rest
        with socket.create_connection((host, int(port))) as up:
            if method == "CONNECT":
                self.request.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
            up.sendall(first)
            try:
                pump(self.request, up)
            except OSError:
                pass


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True
    request_queue_size = 128


def main():
    handler = {"echo": Echo, "tls": Tls, "proxy": Proxy,
               "ladder": Ladder, "embeddings": Embeddings,
               "template": Template, "plain": Plain}[MODE]
    server = Server(("127.0.0.1", 0), handler)
    if MODE == "tls":
        server.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.context.load_cert_chain(sys.argv[3], sys.argv[4])
    print("port", server.server_address[1], flush=True)
    server.serve_forever()


main()
