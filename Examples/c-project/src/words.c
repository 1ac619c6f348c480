#include "words.h"

#include <ctype.h>

bool words_next(FILE *file, char word[WORD_LIMIT]) {
    int length = 0, c;
    while ((c = getc(file)) != EOF) {
        if (isalpha(c) && length < WORD_LIMIT - 1) {
            word[length++] = (char)tolower(c);
        } else if (length > 0) {
            break;
        }
    }
    word[length] = 0;
    return length > 0;
}
