libphgen_a_SOURCES += \
	src/graph/concepts.c src/graph/concepts.h \
	src/graph/planner.c src/graph/planner.h \
	src/graph/seeds.c src/graph/seeds.h
