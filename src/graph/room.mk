libphgen_a_SOURCES += \
	src/graph/canvas.c src/graph/canvas.h \
	src/graph/concepts.c src/graph/concepts.h \
	src/graph/draw.c src/graph/draw.h \
	src/graph/draw_whole.c \
	src/graph/draw_wheel.c \
	src/graph/inside.h \
	src/graph/palette.h \
	src/graph/planner.c src/graph/planner.h \
	src/graph/seeds.c src/graph/seeds.h
