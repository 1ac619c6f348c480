// What a task's program sees: its environment, and where its name leads.

#include "supervisor.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char *base_strings;
static char **base;
static size_t base_count;

static char **built;
static size_t built_capacity;

void environment_set(const char *strings, size_t length) {
    free(base_strings);
    base_strings = allocate(length + 1);
    memcpy(base_strings, strings, length);
    base_count = 0;
    for (char *at = base_strings; at < base_strings + length; at += strlen(at) + 1) {
        base = reallocate(base, (base_count + 1) * sizeof *base);
        base[base_count++] = at;
    }
}

static bool same_name(const char *a, const char *b) {
    for (; *a == *b; a++, b++) {
        if (*a == '=' || *a == 0) return true;
    }
    return false;
}

static bool replaced(const char *variable, char **by, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (same_name(variable, by[i])) return true;
    }
    return false;
}

char **environment_build(const char *run, uint64_t key, char **extra, size_t count) {
    // Tags that a recovering orchestrator finds its strays by: they win over whatever was ordered.
    static char run_tag[512], attempt_tag[512];
    snprintf(run_tag, sizeof run_tag, BATON_RUN_VARIABLE "=%s", run);
    snprintf(attempt_tag, sizeof attempt_tag, BATON_ATTEMPT_VARIABLE "=%s/%llu", run, (unsigned long long)key);
    char *tags[] = {run_tag, attempt_tag};

    if (built_capacity < base_count + count + 3) {
        built_capacity = base_count + count + 3;
        built = reallocate(built, built_capacity * sizeof *built);
    }
    size_t length = 0;
    for (size_t i = 0; i < base_count; i++) {
        if (!replaced(base[i], extra, count) && !replaced(base[i], tags, 2)) built[length++] = base[i];
    }
    for (size_t i = 0; i < count; i++) {
        if (!replaced(extra[i], tags, 2)) built[length++] = extra[i];
    }
    built[length++] = run_tag;
    built[length++] = attempt_tag;
    built[length] = NULL;
    return built;
}

const char *environment_find_program(const char *name, char **environment) {
    static char found[4096], refused[4096];
    if (strchr(name, '/')) return name;
    const char *path = "/usr/local/bin:/usr/bin:/bin";
    for (char **variable = environment; *variable; variable++) {
        if (strncmp(*variable, "PATH=", 5) == 0) path = *variable + 5;
    }
    refused[0] = 0;
    // Entries that depend on a working directory are passed over: the task's is not ours.
    while (*name && *path) {
        size_t length = strcspn(path, ":");
        if (*path == '/' && length + strlen(name) + 2 <= sizeof found) {
            snprintf(found, sizeof found, "%.*s/%s", (int)length, path, name);
            if (access(found, X_OK) == 0) return found;
            if (errno == EACCES && !refused[0] && access(found, F_OK) == 0) memcpy(refused, found, sizeof refused);
        }
        path += length + (path[length] == ':');
    }
    return refused[0] ? refused : NULL;  // execve will say why it refuses the former
}
