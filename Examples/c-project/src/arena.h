// Memory that is given back all at once.

#ifndef ARENA_H
#define ARENA_H

#include <stddef.h>

struct arena;

struct arena *arena_new(void);
void *arena_take(struct arena *arena, size_t size);  // zeroed; ends the program when there is none
void arena_free(struct arena *arena);

#endif
