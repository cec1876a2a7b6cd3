libphgen_a_SOURCES += src/store/store.c src/store/store.h \
	src/store/peek.c src/store/peek.h
