#include "arena.h"

#include <stdio.h>
#include <stdlib.h>

struct block {
    struct block *next;
    max_align_t bytes[];
};

struct arena {
    struct block *blocks;
};

static void *allocate(size_t size) {
    void *memory = calloc(1, size);
    if (!memory) {
        fputs("out of memory\n", stderr);
        exit(1);
    }
    return memory;
}

struct arena *arena_new(void) {
    return allocate(sizeof(struct arena));
}

void *arena_take(struct arena *arena, size_t size) {
    struct block *block = allocate(sizeof *block + size);
    block->next = arena->blocks;
    arena->blocks = block;
    return block->bytes;
}

void arena_free(struct arena *arena) {
    for (struct block *block = arena->blocks, *next; block; block = next) {
        next = block->next;
        free(block);
    }
    free(arena);
}
