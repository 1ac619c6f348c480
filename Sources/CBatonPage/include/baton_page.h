// The files of the web page, as bytes in the program.

#ifndef BATON_PAGE_H
#define BATON_PAGE_H

#include <stddef.h>

struct baton_page_file {
    const char *name;
    const unsigned char *bytes;
    size_t count;
};

/// The file at a place from 0 on; NULL behind the last.
const struct baton_page_file *baton_page_file(size_t place);

#endif
