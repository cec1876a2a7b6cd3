#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes a language model of random weights for `transformers serve`.

    tiny-hf.py FOLDER

The llama architecture with two layers and a token for each printable
character.  The same weights each time with the same torch.  As in
tiny-gguf.py the first number of each embedding is a constant, so that the end
comes now and then.
"""
import sys

import tokenizers
import torch
import transformers

TEMPLATE = ("{% for m in messages %}{{ m.role }}: {{ m.content }}\n"
            "{% endfor %}{% if add_generation_prompt %}assistant:{% endif %}")

tokens = ["<unk>", "<s>", "</s>", "\n"] + [chr(i) for i in range(32, 127)]
inner = tokenizers.Tokenizer(tokenizers.models.BPE(
    vocab={t: i for i, t in enumerate(tokens)}, merges=[],
    unk_token="<unk>"))
inner.decoder = tokenizers.decoders.Fuse()
tokenizer = transformers.PreTrainedTokenizerFast(
    tokenizer_object=inner, bos_token="<s>", eos_token="</s>",
    unk_token="<unk>", pad_token="</s>")
tokenizer.chat_template = TEMPLATE
torch.manual_seed(1)
model = transformers.LlamaForCausalLM(transformers.LlamaConfig(
    vocab_size=len(tokens), hidden_size=32, intermediate_size=64,
    num_hidden_layers=2, num_attention_heads=2,
    max_position_embeddings=2048, bos_token_id=1, eos_token_id=2,
    pad_token_id=2))
with torch.no_grad():
    model.model.embed_tokens.weight.normal_()
    model.model.embed_tokens.weight[:, 0] = 4.0
    model.lm_head.weight.normal_(0, 0.5)
    model.lm_head.weight[:, 0] = 0.0
    model.lm_head.weight[2, 0] = 0.6
    model.lm_head.weight[:2, 0] = -6.0
model.save_pretrained(sys.argv[1])
tokenizer.save_pretrained(sys.argv[1])
