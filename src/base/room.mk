libphgen_a_SOURCES += \
	src/base/alias.c src/base/alias.h \
	src/base/call.c src/base/call.h \
	src/base/concept.c src/base/concept.h \
	src/base/config.c src/base/config.h \
	src/base/err.c src/base/err.h \
	src/base/file.c src/base/file.h \
	src/base/hash.c src/base/hash.h \
	src/base/json.c src/base/json.h \
	src/base/log.c src/base/log.h \
	src/base/model.c src/base/model.h \
	src/base/nearest.c src/base/nearest.h \
	src/base/options.c src/base/options.h \
	src/base/rng.c src/base/rng.h \
	src/base/str.c src/base/str.h \
	src/base/text.c src/base/text.h \
	src/base/wilson.c src/base/wilson.h \
	src/base/yaml.c src/base/yaml.h
