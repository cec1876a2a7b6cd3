#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Guard models in their own formats, over HTTP as in process.
. "${0%/*}/lib.sh"

serve --faults 500=0.03,cut=0.03
judges() # PREFIX
{
    for name in wildguard llama-guard qwen3guard-gen shieldgemma \
        granite-guardian omni-moderation judge-moderate; do
        printf '%s' "--judge-model $1builtin:$name "
    done
}
# shellcheck disable=SC2046  # a list of options
phgen --out local --n 30 --quiet --target-model builtin:cautious \
    $(judges '') --answer-judge-model builtin:qwen3guard-gen
exits 0 'in process'
# shellcheck disable=SC2046
phgen --out remote --n 30 --quiet --target-model builtin:cautious \
    $(judges "$url#") --answer-judge-model "$url#builtin:qwen3guard-gen"
exits 0 'over HTTP'
holds 'has its rows' rows remote/dataset.jsonl 30
holds 'the same dataset' cmp local/dataset.jsonl remote/dataset.jsonl
says remote/manifest.json '"granite-guardian"' 'the manifest names the formats'
holds 'nobody abstained' sh -c '! grep -q "\"abstain\":[1-9]" local/*.jsonl'

# A model that does not speak the format: its votes count for nothing.
phgen --out odd --n 10 --quiet --target-model builtin:cautious \
    --judge-model "guard=llama-guard:$url#builtin:garbage" \
    --judge-model "$url#builtin:judge-moderate"
exits 0 'a guard that cannot be read'
says odd/dataset.jsonl '"verdict":"abstain","reason":"the first line is'
phgen --out none --n 5 --patience 20 --quiet --target-model builtin:cautious \
    --judge-model "guard=wildguard:$url#builtin:garbage"
exits 1 'alone it lets nothing through'
says none/rejected.jsonl '"reason":"judges_abstained"'
says none/rejected.jsonl '1 of 1 votes cannot be read'
holds 'no row' rows none/dataset.jsonl 0

phgen --target-model builtin:cautious --judge-model guard=wildgard:builtin:x
exits 2 'an unknown format'
says err 'there are: wildguard, llama-guard'
phgen --target-model guard=wildguard:builtin:cautious
exits 2 'a target is no guard'
finish
