libphgen_a_SOURCES += src/store/engine.h \
	src/store/peek.c src/store/peek.h \
	src/store/pg.c src/store/pg.h \
	src/store/pg_errors.c src/store/pg_schema.c \
	src/store/postgres.c \
	src/store/share.c src/store/share.h \
	src/store/claim.c src/store/hold.c src/store/status.c \
	src/store/sqlite.c \
	src/store/store.c src/store/store.h
