#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
. "${0%/*}/lib.sh"

phgen --target-model builtin:nobody --n 5
exits 2 'unknown embedded model'
complains
says err 'builtin:nobody'
says err 'builtin:cautious' 'the sentence lists those that there are'
phgen --target-model builtin:cautious --judge-model gpt-x --n 5
exits 2 'a bare name without OPENAI_BASE_URL'
complains
says err '--judge-model'
says err 'OPENAI_BASE_URL'
phgen --target-model nosuch:thing --n 5
exits 2 'unknown service'
complains
phgen --target-model openai: --n 5
exits 2 'a service without a model'
holds 'nothing was made' test ! -e output
finish
