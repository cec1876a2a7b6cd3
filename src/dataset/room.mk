libphgen_a_SOURCES += \
	src/dataset/card.c src/dataset/card.h \
	src/dataset/figures.c src/dataset/figures.h \
	src/dataset/markdown.c src/dataset/markdown.h \
	src/dataset/metrics.c src/dataset/metrics.h \
	src/dataset/objects.c src/dataset/objects.h \
	src/dataset/ratings.c src/dataset/ratings.h \
	src/dataset/reader.c src/dataset/reader.h \
	src/dataset/shelf.c src/dataset/shelf.h \
	src/dataset/source.c src/dataset/source.h \
	src/dataset/table.c src/dataset/table.h \
	src/dataset/writer.c src/dataset/writer.h
EXTRA_DIST += src/dataset/record.schema.json src/dataset/record.md
