libphgen_a_SOURCES += \
	src/dedup/arena.c src/dedup/arena.h \
	src/dedup/bands.c src/dedup/bands.h \
	src/dedup/batch.c src/dedup/batch.h \
	src/dedup/block.c src/dedup/block.h \
	src/dedup/cluster.c src/dedup/cluster.h \
	src/dedup/dedup.c src/dedup/dedup.h \
	src/dedup/entries.c src/dedup/entries.h \
	src/dedup/index.h \
	src/dedup/memory.c src/dedup/memory.h \
	src/dedup/prefix.c src/dedup/prefix.h \
	src/dedup/prepare.c \
	src/dedup/query.c \
	src/dedup/shingle.c src/dedup/shingle.h \
	src/dedup/similarity.c \
	src/dedup/sketch.c src/dedup/sketch.h
