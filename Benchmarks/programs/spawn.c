// spawn SLOTS COUNT PROGRAM: starts PROGRAM COUNT times, at most SLOTS at once, and does nothing else.
// What any orchestrator has to spend; measurements are given above it.

#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

extern char **environ;

int main(int count, char **arguments) {
    if (count != 4) {
        fprintf(stderr, "usage: spawn SLOTS COUNT PROGRAM\n");
        return 2;
    }
    int slots = atoi(arguments[1]), left = atoi(arguments[2]), running = 0, failed = 0;
    char *argv[] = {arguments[3], NULL};
    while (left > 0 || running > 0) {
        if (left > 0 && running < slots) {
            pid_t pid;
            if (posix_spawnp(&pid, argv[0], NULL, NULL, argv, environ) != 0) return 1;
            left--;
            running++;
            continue;
        }
        int status;
        if (wait(&status) < 0) return 1;
        if (status != 0) failed++;
        running--;
    }
    return failed > 0;
}
