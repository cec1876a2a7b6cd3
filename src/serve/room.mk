libphgen_a_SOURCES += \
	src/serve/chat.c src/serve/chat.h \
	src/serve/serve.c src/serve/serve.h
