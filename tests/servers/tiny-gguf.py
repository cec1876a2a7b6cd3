#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes a language model of random weights, for llama-server and Ollama.

    tiny-gguf.py FILE [prefix]

The llama architecture with two layers and 373 tokens in the GGUF format,
version 3 (ggml, docs/gguf.md), about 190 kB.  What it says is gibberish; how
a server wraps that up is not.  The same bytes each time.  With "prefix" its
tokenizer puts a space in front, at which llama-server's grammars fail.

The first number of each embedding is large and stays so up to the last layer,
so that the first number of a token's row in the output matrix is its bias:
the end comes now and then, bytes that are no character never.
"""
import random
import struct
import sys

WIDTH, INNER, LAYERS, HEADS, CONTEXT = 32, 64, 2, 2, 16384
NORMAL, UNKNOWN, CONTROL, BYTE = 1, 2, 3, 6
WORDS = ("I can cannot help you with that sorry yes no safe unsafe kill a the"
         " process how to is").split()
SPACE = "\u2581"
TEMPLATE = ("{% for m in messages %}{{ m.role }}: {{ m.content }}\n"
            "{% endfor %}{% if add_generation_prompt %}assistant:{% endif %}")


def vocabulary():
    yield "<unk>", UNKNOWN
    yield "<s>", CONTROL
    yield "</s>", CONTROL
    for byte in range(256):
        yield "<0x%02X>" % byte, BYTE
    for char in SPACE + "".join(map(chr, range(33, 127))):
        yield char, NORMAL
    for word in WORDS:
        yield SPACE + word, NORMAL


TOKENS = list(vocabulary())


def text(s):
    s = s.encode()
    return struct.pack("<Q", len(s)) + s


# The types of the format: its number, how a value is packed.
TYPES = {
    "u32": (4, lambda v: struct.pack("<I", v)),
    "i32": (5, lambda v: struct.pack("<i", v)),
    "f32": (6, lambda v: struct.pack("<f", v)),
    "bool": (7, lambda v: struct.pack("<?", v)),
    "text": (8, text),
}


def entry(key, kind, value):
    number, pack = TYPES[kind]
    if isinstance(value, list):
        return (text(key) + struct.pack("<IIQ", 9, number, len(value)) +
                b"".join(map(pack, value)))
    return text(key) + struct.pack("<I", number) + pack(value)


def entries():
    yield entry("general.architecture", "text", "llama")
    yield entry("general.name", "text", "tiny")
    for key, value in (
            ("context_length", CONTEXT), ("embedding_length", WIDTH),
            ("block_count", LAYERS), ("feed_forward_length", INNER),
            ("attention.head_count", HEADS),
            ("attention.head_count_kv", HEADS),
            ("rope.dimension_count", WIDTH // HEADS),
            ("vocab_size", len(TOKENS))):
        yield entry("llama." + key, "u32", value)
    yield entry("llama.attention.layer_norm_rms_epsilon", "f32", 1e-5)
    yield entry("tokenizer.ggml.model", "text", "llama")
    yield entry("tokenizer.ggml.tokens", "text", [t for t, _ in TOKENS])
    yield entry("tokenizer.ggml.scores", "f32",
                [-float(i) for i in range(len(TOKENS))])
    yield entry("tokenizer.ggml.token_type", "i32", [k for _, k in TOKENS])
    for name, value in (("unknown", 0), ("bos", 1), ("eos", 2)):
        yield entry("tokenizer.ggml.%s_token_id" % name, "u32", value)
    yield entry("tokenizer.ggml.add_bos_token", "bool", True)
    yield entry("tokenizer.ggml.add_space_prefix", "bool",
                sys.argv[2:] == ["prefix"])
    yield entry("tokenizer.chat_template", "text", TEMPLATE)


def bias(i, kind):
    if i == 2:
        return 0.6
    return 0.0 if kind == NORMAL else -6.0


def tensors():
    dice = random.Random(1)

    def numbers(n, spread):
        return [dice.gauss(0, spread) for _ in range(n)]

    rows = [[4.0] + numbers(WIDTH - 1, 1) for _ in TOKENS]
    yield "token_embd.weight", (WIDTH, len(TOKENS)), sum(rows, [])
    rows = [[bias(i, kind)] + numbers(WIDTH - 1, 0.5)
            for i, (_, kind) in enumerate(TOKENS)]
    yield "output.weight", (WIDTH, len(TOKENS)), sum(rows, [])
    yield "output_norm.weight", (WIDTH,), [1.0] * WIDTH
    for layer in range(LAYERS):
        for name in "attn_norm", "ffn_norm":
            yield ("blk.%d.%s.weight" % (layer, name), (WIDTH,),
                   [1.0] * WIDTH)
        for name, n, m in (("attn_q", WIDTH, WIDTH), ("attn_k", WIDTH, WIDTH),
                           ("attn_v", WIDTH, WIDTH),
                           ("attn_output", WIDTH, WIDTH),
                           ("ffn_gate", WIDTH, INNER),
                           ("ffn_up", WIDTH, INNER),
                           ("ffn_down", INNER, WIDTH)):
            yield ("blk.%d.%s.weight" % (layer, name), (n, m),
                   numbers(n * m, 0.1))


def padded(data):
    return data + bytes(-len(data) % 32)


def main():
    head, body, count = b"", b"", 0
    for name, shape, values in tensors():
        head += text(name) + struct.pack("<I", len(shape))
        head += struct.pack("<%dQIQ" % len(shape), *shape, 0, len(body))
        body += padded(struct.pack("<%df" % len(values), *values))
        count += 1
    pairs = list(entries())
    start = b"GGUF" + struct.pack("<IQQ", 3, count, len(pairs))
    with open(sys.argv[1], "wb") as out:
        out.write(padded(start + b"".join(pairs) + head) + body)


main()
