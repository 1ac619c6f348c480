// frequencies COUNT FILE: the COUNT most frequent words of FILE.

#include <stdio.h>
#include <stdlib.h>

#include "order.h"
#include "words.h"

int main(int count, char **arguments) {
    if (count != 3) {
        fprintf(stderr, "usage: %s COUNT FILE\n", arguments[0]);
        return 2;
    }
    FILE *file = fopen(arguments[2], "r");
    if (!file) {
        perror(arguments[2]);
        return 1;
    }
    struct arena *arena = arena_new();
    struct table *table = table_new(arena);
    char word[WORD_LIMIT];
    while (words_next(file, word)) table_count(table, word);
    fclose(file);
    struct entry **entries = order_table(table);
    size_t wanted = strtoul(arguments[1], NULL, 10);
    for (size_t i = 0; i < wanted && i < table->size; i++) printf("%4zu %s\n", entries[i]->count, entries[i]->word);
    arena_free(arena);
    return 0;
}
