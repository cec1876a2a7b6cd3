libphgen_a_SOURCES += \
	src/serve/chat.c src/serve/chat.h \
	src/serve/counts.c src/serve/counts.h \
	src/serve/faults.c src/serve/faults.h \
	src/serve/misbehave.c src/serve/misbehave.h \
	src/serve/page.c src/serve/page.h \
	src/serve/send.c src/serve/send.h \
	src/serve/serve.c src/serve/serve.h
