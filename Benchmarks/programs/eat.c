// eat MEBIBYTES SECONDS: takes that much memory, touching every page, holds it, and ends well.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int main(int count, char **arguments) {
    if (count != 3) {
        fprintf(stderr, "usage: eat MEBIBYTES SECONDS\n");
        return 2;
    }
    long mebibytes = atol(arguments[1]);
    for (long i = 0; i < mebibytes; i++) {
        char *block = malloc(1 << 20);
        if (!block) return 1;
        memset(block, 1, 1 << 20);  // never freed: held until the end
    }
    double seconds = atof(arguments[2]);
    struct timespec pause = {(time_t)seconds, (long)((seconds - (time_t)seconds) * 1e9)};
    nanosleep(&pause, NULL);
    return 0;
}
