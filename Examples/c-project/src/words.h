// Splits text into words.

#ifndef WORDS_H
#define WORDS_H

#include <stdbool.h>
#include <stdio.h>

enum { WORD_LIMIT = 256 };

bool words_next(FILE *file, char word[WORD_LIMIT]);  // lower case; false at the end

#endif
