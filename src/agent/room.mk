libphgen_a_SOURCES += \
	src/agent/agent.c src/agent/agent.h \
	src/agent/candidate.c src/agent/candidate.h \
	src/agent/extractor.c src/agent/extractor.h \
	src/agent/contrast.c src/agent/contrast.h \
	src/agent/first_look.c src/agent/first_look.h \
	src/agent/generator.c \
	src/agent/guard.c src/agent/guard.h \
	src/agent/guard_chat.c src/agent/guard_formats.h \
	src/agent/guard_moderation.c \
	src/agent/guard_wildguard.c \
	src/agent/judge.c \
	src/agent/occlusion.c src/agent/occlusion.h \
	src/agent/opening.c src/agent/opening.h \
	src/agent/orchestrator.c \
	src/agent/panel.c src/agent/panel.h \
	src/agent/refusal_judge.c \
	src/agent/rephraser.c src/agent/rephraser.h \
	src/agent/responder.c src/agent/responder.h \
	src/agent/target.c \
	src/agent/witness.c
