/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A row is never parsed and written anew: what is kept is unchanged. */
#include "dataset/writer.h"

void writer_init(struct writer *w, FILE *stream, enum reader_format format,
                 const char *header, size_t header_len)
{
    w->stream = stream;
    w->format = format;
    w->any = false;
    fwrite(header, 1, header_len, stream);
}

void writer_row(struct writer *w, const char *raw, size_t len, const char *end)
{
    if (w->format == READER_ARRAY)
        fputs(w->any ? ",\n" : "[\n", w->stream);
    fwrite(raw, 1, len, w->stream);
    if (w->format != READER_ARRAY)
        fputs(end[0] != '\0' ? end : "\n", w->stream);
    w->any = true;
}

void writer_end(struct writer *w)
{
    if (w->format == READER_ARRAY)
        fputs(w->any ? "\n]\n" : "[]\n", w->stream);
}
