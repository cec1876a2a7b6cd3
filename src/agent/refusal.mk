libphgen_a_SOURCES += \
	src/agent/refusal.c src/agent/refusal.h \
	src/agent/refusal_features.c src/agent/refusal_features.h \
	src/agent/refusal_signs.c src/agent/refusal_signs.h \
	src/agent/refusal_text.c src/agent/refusal_text.h \
	src/agent/refusal_weights.h \
	src/agent/refusal_words.c src/agent/refusal_words.h
