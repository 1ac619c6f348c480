#include <zlib.h>

/* A macro with arguments is out of Swift's reach. 15 + 16: the largest window, in a gzip wrapper. */
static inline int baton_inflate_begin(z_stream *stream) { return inflateInit2(stream, 15 + 16); }
