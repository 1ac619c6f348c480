#include "table.h"

#include <string.h>

struct table *table_new(struct arena *arena) {
    struct table *table = arena_take(arena, sizeof *table);
    table->arena = arena;
    return table;
}

static size_t hash(const char *word) {
    size_t value = 14695981039346656037u;
    for (; *word; word++) value = (value ^ (unsigned char)*word) * 1099511628211u;
    return value;
}

void table_count(struct table *table, const char *word) {
    struct entry **place = &table->buckets[hash(word) % (sizeof table->buckets / sizeof *table->buckets)];
    for (; *place; place = &(*place)->next) {
        if (strcmp((*place)->word, word) == 0) {
            (*place)->count++;
            return;
        }
    }
    struct entry *entry = arena_take(table->arena, sizeof *entry + strlen(word) + 1);
    strcpy(entry->word, word);
    entry->count = 1;
    *place = entry;
    table->size++;
}
