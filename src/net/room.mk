libphgen_a_SOURCES += \
	src/net/anthropic.c \
	src/net/azure.c \
	src/net/completion.c \
	src/net/dialect.c src/net/dialect.h \
	src/net/embedding.c \
	src/net/endpoint.c src/net/endpoint.h \
	src/net/fault.c src/net/fault.h \
	src/net/hints.c src/net/hints.h \
	src/net/hist.c src/net/hist.h \
	src/net/key.c src/net/key.h \
	src/net/loop.c src/net/loop.h \
	src/net/moderation.c \
	src/net/net.c src/net/net.h \
	src/net/ollama.c \
	src/net/openai.c \
	src/net/pool.c src/net/pool.h \
	src/net/preset.c src/net/preset.h \
	src/net/retry.c src/net/retry.h \
	src/net/settle.c src/net/settle.h \
	src/net/transfer.c src/net/transfer.h
