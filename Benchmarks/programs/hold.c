// hold MEBIBYTES SECONDS: ends that long after its start, whatever its memory cost it: takes it, touching every page, holds it
// for nine tenths of the time, and gives it back in the rest.

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

// Returns at once when that moment has passed.
static void wait_until(struct timespec start, double seconds) {
    long nanoseconds = start.tv_nsec + (long)((seconds - (time_t)seconds) * 1e9);
    struct timespec end = {start.tv_sec + (time_t)seconds + nanoseconds / 1000000000, nanoseconds % 1000000000};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &end, NULL) == EINTR) {}
}

int main(int count, char **arguments) {
    if (count != 3) {
        fprintf(stderr, "usage: hold MEBIBYTES SECONDS\n");
        return 2;
    }
    struct timespec start;
    clock_gettime(CLOCK_MONOTONIC, &start);
    size_t bytes = (size_t)atol(arguments[1]) << 20;
    double seconds = atof(arguments[2]);
    char *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return 1;
    for (size_t i = 0; i < bytes; i += 4096) memory[i] = 1;
    wait_until(start, 0.9 * seconds);
    munmap(memory, bytes);
    wait_until(start, seconds);
    return 0;
}
