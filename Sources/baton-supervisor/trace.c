// An attempt that is traced is started by its tracer, and the tracer must not be part of what is measured and limited.
//
// So the process that the supervisor makes becomes the tracer, outside of all cgroups. The tracer puts itself aside and
// executes us again in its place (`baton-supervisor --enter`); only then does that process go through the doors and
// become the task's program, with the pid and session that the supervisor knows.

#include "supervisor.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

char **trace_command(char **tracer, size_t count, const char *program, char **arguments, const int *doors,
                     int door_count) {
    static char **vector, ourselves[4096], door_list[64];
    static size_t capacity;
    size_t program_arguments = 0;
    while (arguments[program_arguments]) program_arguments++;
    size_t needed = count + program_arguments + 5;
    if (needed > capacity) vector = reallocate(vector, (capacity = needed * 2) * sizeof *vector);

    ssize_t length = readlink("/proc/self/exe", ourselves, sizeof ourselves - 1);
    ourselves[length > 0 ? length : 0] = 0;
    size_t written = 0;
    door_list[0] = 0;
    for (int i = 0; i < door_count && written < sizeof door_list; i++) {
        written += (size_t)snprintf(door_list + written, sizeof door_list - written, "%d,", doors[i]);
    }

    size_t place = 0;
    for (size_t i = 0; i < count; i++) vector[place++] = tracer[i];
    vector[place++] = ourselves;
    vector[place++] = "--enter";
    vector[place++] = door_list;
    vector[place++] = (char *)program;
    for (size_t i = 0; i < program_arguments; i++) vector[place++] = arguments[i];
    vector[place] = NULL;
    return vector;
}

int trace_enter(char *arguments[]) {
    char *at = arguments[0], *end;
    for (int place = 0; *at; at = end + (*end == ','), place++) {
        int door = (int)strtol(at, &end, 10);
        if (end == at) break;
        // The first is the memory controller's: without it nothing would hold or measure the task.
        if (write(door, "0", 1) != 1 && place == 0) {
            dprintf(STDERR_FILENO, "baton-supervisor: the task's cgroup can't be entered: %s\n", strerror(errno));
            return 126;
        }
        close(door);
    }
    unsetenv(BATON_TRACER_VARIABLE);
    char *program = arguments[1];
    execve(program, arguments + 2, environ);
    if (errno == ENOEXEC) {
        // A script without #!, as in launch.c.
        arguments[1] = "sh";
        arguments[2] = program;
        execve("/bin/sh", arguments + 1, environ);
    }
    dprintf(STDERR_FILENO, "baton-supervisor: %s can't be run: %s\n", program, strerror(errno));
    return errno == ENOENT ? 127 : 126;
}
