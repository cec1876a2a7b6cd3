/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An outfile, with a compressor in front of it on request. */
#include "dataset/sink.h"
#include "base/file.h"

#include <stdlib.h>
#include <zstd.h>

#define LEVEL 9 /* written once, read often */

struct sink {
    struct outfile file;
    ZSTD_CStream *zstd; /* NULL: plain */
    void *buffer;
    size_t size;
};

struct sink *sink_open(const char *path, bool zstd, struct err *err)
{
    struct sink *s = calloc(1, sizeof(*s));

    if (s == NULL) {
        err_nomem(err);
        return NULL;
    }
    if (zstd) {
        s->size = ZSTD_CStreamOutSize();
        s->buffer = malloc(s->size);
        s->zstd = ZSTD_createCStream();
        if (s->buffer == NULL || s->zstd == NULL) {
            err_nomem(err);
            sink_abandon(s);
            return NULL;
        }
        ZSTD_initCStream(s->zstd, LEVEL);
    }
    if (outfile_open(&s->file, path, err) != 0) {
        sink_abandon(s);
        return NULL;
    }
    return s;
}

/* Write errors stay in the stream until the commit. */
static int compress(struct sink *s, const char *bytes, size_t len,
                    ZSTD_EndDirective how, struct err *err)
{
    ZSTD_inBuffer in = {bytes, len, 0};
    ZSTD_outBuffer out;
    size_t left;

    do {
        out = (ZSTD_outBuffer){s->buffer, s->size, 0};
        left = ZSTD_compressStream2(s->zstd, &out, &in, how);
        if (ZSTD_isError(left))
            return err_set(err, "cannot compress: %s", ZSTD_getErrorName(left));
        fwrite(s->buffer, 1, out.pos, s->file.stream);
    } while (how == ZSTD_e_end ? left > 0 : in.pos < in.size);
    return 0;
}

int sink_add(struct sink *s, const char *bytes, size_t len, struct err *err)
{
    if (s->zstd != NULL)
        return compress(s, bytes, len, ZSTD_e_continue, err);
    fwrite(bytes, 1, len, s->file.stream);
    return 0;
}

static void forget(struct sink *s)
{
    ZSTD_freeCStream(s->zstd);
    free(s->buffer);
    free(s);
}

int sink_commit(struct sink *s, struct err *err)
{
    int failed = s->zstd != NULL ? compress(s, "", 0, ZSTD_e_end, err) : 0;

    if (failed)
        outfile_abandon(&s->file);
    else
        failed = outfile_commit(&s->file, err);
    forget(s);
    return failed;
}

void sink_abandon(struct sink *s)
{
    if (s == NULL)
        return;
    outfile_abandon(&s->file);
    forget(s);
}
