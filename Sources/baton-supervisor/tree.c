// Which processes belong to which attempt, and what they use, as far as /proc tells.
//
// As subreaper we are an ancestor of every process our tasks made. A process belongs to the attempt whose top process or
// session it descends from; one that was adopted and left the session is known by the tag in its environment.

#include "supervisor.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct process {
    struct baton_process is;
    bool resolved;
    struct attempt *owner;
};

static int children_file = -1;
static struct process *table;    // by pid, as the kernel lists them
static size_t table_count, table_capacity;

void processes_add(struct processes *list, pid_t pid) {
    if (list->count == list->capacity) {
        list->capacity = list->capacity ? list->capacity * 2 : 64;
        list->pids = reallocate(list->pids, list->capacity * sizeof *list->pids);
    }
    list->pids[list->count++] = pid;
}

void tree_open(void) {
    char path[64];
    snprintf(path, sizeof path, "/proc/self/task/%d/children", getpid());
    children_file = open(path, O_RDONLY | O_CLOEXEC);  // absent on a few kernels
}

bool tree_children(struct processes *children) {
    children->count = 0;
    if (children_file < 0) return false;
    char text[8192];
    size_t kept = 0;
    off_t offset = 0;
    for (;;) {
        ssize_t length = pread(children_file, text + kept, sizeof text - 1 - kept, offset);
        if (length < 0) return false;
        offset += length;
        text[kept + (size_t)length] = 0;
        char *at = text, *end;
        while ((end = strchr(at, ' '))) {
            processes_add(children, atoi(at));
            at = end + 1;
        }
        kept = strlen(at);
        memmove(text, at, kept);
        if (length == 0) return true;
    }
}

static struct process *find(pid_t pid) {
    size_t low = 0, high = table_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (table[middle].is.pid < pid) low = middle + 1; else high = middle;
    }
    return low < table_count && table[low].is.pid == pid ? &table[low] : NULL;
}

// A tracer belongs to nobody: it is not measured, and ends by itself when those that it watches have ended.
static struct attempt *tagged(pid_t pid) {
    char path[64], tag[512];
    snprintf(path, sizeof path, "/proc/%d/environ", pid);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return NULL;
    struct buffer environment = {0};
    char part[16384];
    ssize_t length;
    while ((length = read(file, part, sizeof part)) > 0) buffer_append(&environment, part, (size_t)length);
    close(file);
    buffer_append(&environment, "", 1);
    struct attempt *owner = NULL;
    int tag_length = snprintf(tag, sizeof tag, BATON_ATTEMPT_VARIABLE "=%s/", run_name);
    for (char *at = environment.bytes; at < environment.bytes + environment.length; at += strlen(at) + 1) {
        if (strcmp(at, BATON_TRACER_VARIABLE "=1") == 0) {
            owner = NULL;
            break;
        }
        if (owner || strncmp(at, tag, (size_t)tag_length) != 0) continue;
        uint64_t key = strtoull(at + tag_length, NULL, 10);
        for (owner = attempts; owner && owner->key != key; owner = owner->next) continue;
    }
    free(environment.bytes);
    return owner;
}

static struct attempt *owner_of(struct process *process, int depth) {
    if (process->resolved) return process->owner;
    process->resolved = true;  // also ends a loop that a reused pid might make
    for (struct attempt *attempt = attempts; attempt; attempt = attempt->next) {
        if (process->is.pid == attempt->pid || process->is.session == attempt->pid) return process->owner = attempt;
    }
    if (process->is.parent == getpid()) {
        if (!process->is.is_dead) process->owner = tagged(process->is.pid);
    } else {
        struct process *parent = find(process->is.parent);
        if (parent && depth < 1000) process->owner = owner_of(parent, depth + 1);
    }
    return process->owner;
}

// Anonymous memory only: pages of files can be dropped. Pages shared by fork count for each process that has them.
static uint64_t anonymous_bytes(pid_t pid) {
    char path[64], text[128];
    unsigned long long resident, shared;
    snprintf(path, sizeof path, "/proc/%d/statm", pid);
    if (read_text(path, text, sizeof text) <= 0 || sscanf(text, "%*u %llu %llu", &resident, &shared) != 2) return 0;
    return resident > shared ? (resident - shared) * (uint64_t)sysconf(_SC_PAGESIZE) : 0;
}

void tree_scan(void) {
    table_count = 0;
    DIR *directory = opendir("/proc");
    if (!directory) return;
    for (struct dirent *entry; (entry = readdir(directory));) {
        if (!isdigit((unsigned char)entry->d_name[0])) continue;
        if (table_count == table_capacity) {
            table_capacity = table_capacity ? table_capacity * 2 : 256;
            table = reallocate(table, table_capacity * sizeof *table);
        }
        table[table_count] = (struct process){0};
        if (baton_process_read(atoi(entry->d_name), &table[table_count].is) == 0) table_count++;
    }
    closedir(directory);

    for (struct attempt *attempt = attempts; attempt; attempt = attempt->next) {
        if (!attempt->slot) attempt->sampled_bytes = attempt->sampled_cpu_us = 0;
    }
    for (size_t i = 0; i < table_count; i++) {
        struct attempt *owner = owner_of(&table[i], 0);
        if (!owner || owner->slot) continue;
        owner->sampled_cpu_us += table[i].is.cpu_ticks * (1000000 / BATON_TICKS);
        owner->sampled_bytes += anonymous_bytes(table[i].is.pid);
    }
    for (struct attempt *attempt = attempts; attempt; attempt = attempt->next) {
        if (attempt->sampled_bytes > attempt->sampled_peak) attempt->sampled_peak = attempt->sampled_bytes;
    }
}

void tree_members(const struct attempt *attempt, struct processes *members) {
    for (size_t i = 0; i < table_count; i++) {
        if (table[i].owner == attempt && !table[i].is.is_dead) processes_add(members, table[i].is.pid);
    }
}
