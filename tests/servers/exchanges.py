#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The recorded exchanges under tests/fixtures/net, against the real servers.

    exchanges.py compare|record FOLDER NAME=URL=VERSION...

Each exchange with a member "recorded" whose "at" is one of the NAMEs has its
request sent to URL again.  "compare" says whether the reply has the same
status, the same header names and the same members of the same types; what a
model of random weights says is not compared.  "record" writes the reply, the
version and today's date into the file, and what the reply must be read as,
worked out here from the vendor's documentation and not by phgen.  What an
error status must be taken for stays as somebody judged it.

Prints TAP.
"""
import datetime
import glob
import http.client
import json
import os
import sys
import urllib.parse

PATHS = {
    "openai": "/v1/chat/completions",
    "completion": "/v1/completions",
    "embedding": "/v1/embeddings",
    "anthropic": "/v1/messages",
    "ollama": "/api/chat",
}
FINISH = {
    "stop": "stop", "end_turn": "stop", "tool_use": "stop",
    "length": "length", "max_tokens": "length",
}
ORDER = ("recorded", "call", "lacks", "request", "status", "headers", "raw",
         "want", "verdict", "says", "complaint")


def ask(base, dialect, exchange):
    """(status, headers, body); without the date."""
    headers = {"Content-Type": "application/json"}
    if "key" in exchange["recorded"]:
        headers["Authorization"] = "Bearer " + exchange["recorded"]["key"]
    if dialect == "anthropic":
        headers["anthropic-version"] = "2023-06-01"
    url = urllib.parse.urlsplit(base + PATHS[dialect])
    line = http.client.HTTPConnection(url.netloc, timeout=60)
    line.request("POST", url.path, json.dumps(exchange["request"]), headers)
    reply = line.getresponse()
    body = reply.read().decode()
    line.close()
    return (reply.status, {k: v for k, v in reply.getheaders()
                           if k.lower() != "date"}, body)


# --- what a reply must be read as ---

def of_choice(o, text, logprobs):
    choice = o["choices"][0]
    want = {"finish": FINISH[choice["finish_reason"]], "text": text(choice),
            "model": o["model"], "tokens_in": o["usage"]["prompt_tokens"],
            "tokens_out": o["usage"]["completion_tokens"]}
    if logprobs(choice):
        want["logprobs"] = logprobs(choice)
    return want


def chat_logprobs(choice):
    return (choice.get("logprobs") or {}).get("content")


def want_openai(o):
    return of_choice(o, lambda c: c["message"]["content"], chat_logprobs)


def want_completion(o):
    return of_choice(o, lambda c: c["text"], chat_logprobs)


def want_embedding(o):
    # A float has no more than nine digits; some servers write seventeen.
    return {"finish": "stop", "model": o["model"],
            "text_json": [[float("%.9g" % x) for x in d["embedding"]]
                          for d in o["data"]],
            "tokens_in": o["usage"]["prompt_tokens"]}


def want_anthropic(o):
    usage = o["usage"]
    want = {"finish": FINISH[o["stop_reason"]], "model": o["model"],
            "tokens_in": usage["input_tokens"] +
            usage.get("cache_read_input_tokens", 0) +
            usage.get("cache_creation_input_tokens", 0),
            "tokens_out": usage["output_tokens"]}
    tools = [b["input"] for b in o["content"] if b["type"] == "tool_use"]
    if tools:
        want["text_json"] = tools[0]
    else:
        want["text"] = "".join(b["text"] for b in o["content"])
    return want


def want_ollama(o):
    want = {"finish": FINISH[o["done_reason"]], "model": o["model"],
            "text": o["message"]["content"],
            "tokens_in": o["prompt_eval_count"],
            "tokens_out": o["eval_count"]}
    if o.get("logprobs"):
        want["logprobs"] = o["logprobs"]
    return want


WANT = {"openai": want_openai, "completion": want_completion,
        "embedding": want_embedding, "anthropic": want_anthropic,
        "ollama": want_ollama}


# --- compare ---

def shape(value, at=""):
    """The paths of a tree with the types there; items of a list are one."""
    if isinstance(value, dict):
        return {at + "{}"}.union(*(shape(v, at + "." + k)
                                   for k, v in value.items()))
    if isinstance(value, list):
        return {at + "[]"}.union(*(shape(v, at + "[]") for v in value))
    kind = "number" if type(value) in (int, float) else type(value).__name__
    return {at + " " + kind}


def differences(exchange, status, headers, body):
    if status != exchange.get("status", 200):
        yield "status %d: %s" % (status, body[:300])
        return
    names = {k.lower() for k in exchange["headers"]}
    for name in names ^ {k.lower() for k in headers}:
        yield "header " + name
    for path in shape(json.loads(exchange["raw"])) ^ shape(json.loads(body)):
        yield "member " + path


# --- record ---

def record(exchange, dialect, version, status, headers, body):
    exchange["recorded"]["version"] = version
    exchange["recorded"]["date"] = datetime.date.today().isoformat()
    exchange["status"] = status
    exchange["headers"] = headers
    exchange["raw"] = body
    exchange.pop("want", None)
    if status < 300:
        exchange["want"] = WANT[dialect](json.loads(body))


def write(path, exchange):
    ordered = {k: exchange[k] for k in ORDER if k in exchange}
    assert len(ordered) == len(exchange), path
    with open(path, "w", encoding="utf-8") as out:
        json.dump(ordered, out, indent=1, ensure_ascii=False)
        out.write("\n")


def main():
    mode, folder = sys.argv[1:3]
    servers = {}
    for argument in sys.argv[3:]:
        name, url, version = argument.split("=", 2)
        servers[name] = url, version
    number, failed = 0, False
    for path in sorted(glob.glob(os.path.join(folder, "*", "*.json"))):
        with open(path, encoding="utf-8") as file:
            exchange = json.load(file)
        at = exchange.get("recorded", {}).get("at")
        if at not in servers:
            continue
        url, version = servers[at]
        dialect = os.path.basename(os.path.dirname(path))
        reply = ask(url, dialect, exchange)
        number += 1
        found = []
        if mode == "record":
            record(exchange, dialect, version, *reply)
            write(path, exchange)
        else:
            found = sorted(differences(exchange, *reply))
        failed = failed or bool(found)
        print("%sok %d - %s/%s" % ("not " if found else "", number, dialect,
                                   os.path.basename(path)))
        for line in found:
            print("# " + line)
    print("1..%d" % number)
    sys.exit(failed or number == 0)


main()
