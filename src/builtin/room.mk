libphgen_a_SOURCES += \
	src/builtin/embed.c \
	src/builtin/answer.c \
	src/builtin/builtin.c src/builtin/builtin.h \
	src/builtin/extract.c src/builtin/extract.h \
	src/builtin/contrast.c src/builtin/contrast.h \
	src/builtin/grammar.c src/builtin/grammar.h \
	src/builtin/guard.c \
	src/builtin/judge.c src/builtin/judge.h \
	src/builtin/lexicon.c src/builtin/lexicon.h \
	src/builtin/neutral.c src/builtin/neutral.h \
	src/builtin/orchestrate.c src/builtin/orchestrate.h \
	src/builtin/pattern.c src/builtin/pattern.h \
	src/builtin/respond.c \
	src/builtin/shapes.c src/builtin/shapes.h \
	src/builtin/speak.h \
	src/builtin/target.c
