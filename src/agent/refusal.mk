libphgen_a_SOURCES += \
	src/agent/refusal.c src/agent/refusal.h
