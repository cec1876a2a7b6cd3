libphgen_a_SOURCES += \
	src/graph/builder.c src/graph/builder.h src/graph/builder_assemble.c \
	src/graph/builder_inside.h src/graph/builder_rows.c \
	src/graph/canvas.c src/graph/canvas.h \
	src/graph/bandit.c src/graph/bandit.h \
	src/graph/concepts.c src/graph/concepts.h \
	src/graph/draw.c src/graph/draw.h \
	src/graph/draw_whole.c \
	src/graph/draw_wheel.c \
	src/graph/export.c src/graph/export.h \
	src/graph/flowers.h src/graph/flowers_paint.c src/graph/flowers_place.c \
	src/graph/inside.h \
	src/graph/measure.c src/graph/measure.h \
	src/graph/palette.h \
	src/graph/planner.c src/graph/planner.h \
	src/graph/seeds.c src/graph/seeds.h \
	src/graph/validate.c src/graph/validate.h \
	src/graph/values.c src/graph/values.h
