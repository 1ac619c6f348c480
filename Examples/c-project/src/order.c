#include "order.h"

#include <stdlib.h>
#include <string.h>

static int compare(const void *left, const void *right) {
    const struct entry *a = *(struct entry *const *)left, *b = *(struct entry *const *)right;
    if (a->count != b->count) return a->count < b->count ? 1 : -1;
    return strcmp(a->word, b->word);
}

struct entry **order_table(struct table *table) {
    struct entry **entries = arena_take(table->arena, table->size * sizeof *entries);
    size_t count = 0;
    for (size_t i = 0; i < sizeof table->buckets / sizeof *table->buckets; i++) {
        for (struct entry *entry = table->buckets[i]; entry; entry = entry->next) entries[count++] = entry;
    }
    qsort(entries, count, sizeof *entries, compare);
    return entries;
}
