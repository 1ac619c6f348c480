// Words and how often each was seen.

#ifndef TABLE_H
#define TABLE_H

#include <stddef.h>

#include "arena.h"

struct entry {
    struct entry *next;
    size_t count;
    char word[];
};

struct table {
    struct arena *arena;
    size_t size;
    struct entry *buckets[4096];
};

struct table *table_new(struct arena *arena);
void table_count(struct table *table, const char *word);

#endif
