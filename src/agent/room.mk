libphgen_a_SOURCES += \
	src/agent/agent.c src/agent/agent.h \
	src/agent/candidate.c src/agent/candidate.h \
	src/agent/generator.c \
	src/agent/judge.c \
	src/agent/orchestrator.c \
	src/agent/target.c \
	src/agent/witness.c
