# `make refusal-weights` trains the refusal classifier anew from the replies in
# seeds/refusal/, which were written and labeled for it, and rewrites the table
# in the source tree.  `make refusal-report FILES="..."` measures it on replies
# with labels (members prompt, response, label).

EXTRA_PROGRAMS += refusal-train refusal-report
refusal_train_SOURCES = tools/refusal-train.c
refusal_train_LDADD = libphgen.a
refusal_report_SOURCES = tests/bench/refusal-report.c
refusal_report_LDADD = libphgen.a
CLEANFILES += refusal-train refusal-report refusal_weights.part
EXTRA_DIST += seeds/refusal/replies.jsonl seeds/refusal/hard.jsonl

.PHONY: refusal-weights
refusal-weights: refusal-train$(EXEEXT)
	./refusal-train$(EXEEXT) $(srcdir)/seeds/refusal/replies.jsonl \
		>refusal_weights.part
	mv refusal_weights.part $(srcdir)/src/agent/refusal_weights.h
