libphgen_a_SOURCES += \
	src/dataset/card.c src/dataset/card.h \
	src/dataset/card_audit.c src/dataset/card_audit.h \
	src/dataset/changelog.c src/dataset/changelog.h \
	src/dataset/confusion.c src/dataset/confusion.h \
	src/dataset/evaluation.c src/dataset/evaluation.h \
	src/dataset/evaluation_inside.h \
	src/dataset/evaluation_pairs.c \
	src/dataset/export.c src/dataset/export.h \
	src/dataset/figures.c src/dataset/figures.h \
	src/dataset/known.c src/dataset/known.h \
	src/dataset/markdown.c src/dataset/markdown.h \
	src/dataset/metrics.c src/dataset/metrics.h \
	src/dataset/objects.c src/dataset/objects.h \
	src/dataset/paired.c src/dataset/paired.h \
	src/dataset/ratings.c src/dataset/ratings.h \
	src/dataset/reader.c src/dataset/reader.h \
	src/dataset/sheet.c src/dataset/sheet.h \
	src/dataset/result.c src/dataset/result.h \
	src/dataset/shelf.c src/dataset/shelf.h \
	src/dataset/sink.c src/dataset/sink.h \
	src/dataset/source.c src/dataset/source.h \
	src/dataset/strata.c src/dataset/strata.h \
	src/dataset/table.c src/dataset/table.h \
	src/dataset/writer.c src/dataset/writer.h
EXTRA_DIST += src/dataset/record.schema.json src/dataset/record.md
EXTRA_DIST += src/dataset/control.schema.json src/dataset/control.md
EXTRA_DIST += src/dataset/eval.schema.json src/dataset/result.schema.json
EXTRA_DIST += $(export_schemas)
export_schemas = \
	src/dataset/export/alpaca.json src/dataset/export/csv.json \
	src/dataset/export/dpo.json src/dataset/export/inspect.json \
	src/dataset/export/kto.json src/dataset/export/lm-eval.json \
	src/dataset/export/openai-ft.json src/dataset/export/promptfoo.json \
	src/dataset/export/refusal-tokens.json src/dataset/export/sft-cot.json \
	src/dataset/export/sft.json src/dataset/export/sharegpt.json
