// The pool of folders in which attempts run, and what their counters say.

#include "cgroup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// Page cache that an attempt leaves stays charged to its folder. More of it than this and the folder is removed (which
// keeps the cache) instead of being emptied (which would throw away what the next task may read).
#define RESIDUE_LIMIT (UINT64_C(4) << 20)

struct slot {
    struct slot *next;       // in the pool
    unsigned number;
    bool weighted;
    uint32_t milli_cpu;
    uint64_t memory_limit;
    int memory_door, cpu_usage_door, weight_door;  // -1: same folder as an earlier one, or none
    int peak_file, events_file, cpu_file;
    uint64_t residue;        // bytes charged when the attempt came in
    uint64_t cpu_before, oom_kills_before;
};

static struct slot *pool;
static unsigned made;

static int open_file(const char *base, unsigned number, const char *name, int flags) {
    char path[4300];
    snprintf(path, sizeof path, "%s/%u/%s", base, number, name);
    return open(path, flags | O_CLOEXEC);
}

static void write_value(const char *base, unsigned number, const char *name, const char *value) {
    char path[4300];
    snprintf(path, sizeof path, "%s/%u/%s", base, number, name);
    write_text(path, value);
}

static const char *read_again(int file, char *text, size_t size) {
    ssize_t length = pread(file, text, size - 1, 0);
    text[length > 0 ? length : 0] = 0;
    return text;
}

static uint64_t read_number(int file) {
    char text[64];
    return file < 0 ? 0 : strtoull(read_again(file, text, sizeof text), NULL, 10);
}

static uint64_t read_cpu(const struct slot *slot) {
    char text[1024];
    if (slot->cpu_file < 0) return 0;
    read_again(slot->cpu_file, text, sizeof text);
    return (words->cpu_field ? field(text, words->cpu_field) : strtoull(text, NULL, 10)) * words->cpu_unit;
}

static uint64_t read_oom_kills(const struct slot *slot) {
    char text[512];
    return field(read_again(slot->events_file, text, sizeof text), "oom_kill");
}

static bool make_folder(const char *base, unsigned number) {
    char path[4200];
    snprintf(path, sizeof path, "%s/%u", base, number);
    return mkdir(path, 0755) == 0;
}

static struct slot *make(void) {
    struct slot *slot = allocate(sizeof *slot);
    slot->number = made++;
    slot->memory_door = slot->cpu_usage_door = slot->weight_door = slot->cpu_file = -1;
    bool own_usage = strcmp(cpu_usage_base, memory_base) != 0 && cpu_usage_base[0];
    bool own_weight = strcmp(weight_base, memory_base) != 0 && strcmp(weight_base, cpu_usage_base) != 0 && weight_base[0];
    if (make_folder(memory_base, slot->number)) {
        slot->memory_door = open_file(memory_base, slot->number, words->door, O_WRONLY);
    }
    if (own_usage && make_folder(cpu_usage_base, slot->number)) {
        slot->cpu_usage_door = open_file(cpu_usage_base, slot->number, words->door, O_WRONLY);
    }
    if (own_weight && make_folder(weight_base, slot->number)) {
        slot->weight_door = open_file(weight_base, slot->number, words->door, O_WRONLY);
    }
    if (cpu_usage_base[0]) slot->cpu_file = open_file(cpu_usage_base, slot->number, words->cpu, O_RDONLY);
    slot->peak_file = open_file(memory_base, slot->number, words->peak, O_RDWR);
    if (slot->peak_file < 0) slot->peak_file = open_file(memory_base, slot->number, words->peak, O_RDONLY);
    slot->events_file = open_file(memory_base, slot->number, words->events, O_RDONLY);
    if (slot->memory_door < 0 || slot->events_file < 0) {
        note("no cgroup can be made in %s: %s", memory_base, strerror(errno));
        slot_retire(slot);
        return NULL;
    }
    return slot;
}

static void set_memory_limit(struct slot *slot, uint64_t limit) {
    if (slot->memory_limit == limit) return;
    slot->memory_limit = limit;
    char text[32];
    snprintf(text, sizeof text, "%llu", (unsigned long long)limit);
    // Memory with swap can never be limited below memory: so it goes up first and comes down last.
    write_value(memory_base, slot->number, words->swap_limit, words->no_swap_limit);
    write_value(memory_base, slot->number, words->limit, limit ? text : words->no_limit);
    if (limit) {
        write_value(memory_base, slot->number, words->swap_limit, words->swap_limited ? words->swap_limited : text);
    }
}

static void set_weight(struct slot *slot, uint32_t milli_cpu) {
    slot->weighted = milli_cpu && weight_base[0];
    if (!slot->weighted || slot->milli_cpu == milli_cpu) return;
    slot->milli_cpu = milli_cpu;
    uint64_t weight = milli_cpu * words->weight_per_cpu / 1000;
    char text[32];
    snprintf(text, sizeof text, "%llu", (unsigned long long)(weight < 2 ? 2 : weight > 10000 ? 10000 : weight));
    write_value(weight_base, slot->number, words->weight, text);
}

struct slot *slot_acquire(uint64_t memory_limit, uint32_t milli_cpu) {
    struct slot *slot = pool;
    if (slot) pool = slot->next; else slot = make();
    if (!slot) return NULL;
    set_memory_limit(slot, memory_limit);
    set_weight(slot, milli_cpu);
    return slot;
}

int slot_doors(const struct slot *slot, int *doors) {
    int count = 0;
    doors[count++] = slot->memory_door;
    if (slot->cpu_usage_door >= 0) doors[count++] = slot->cpu_usage_door;
    // One crossing less where nobody asked for a share.
    if (slot->weight_door >= 0 && slot->weighted) doors[count++] = slot->weight_door;
    return count;
}

static void add_members(const char *path, struct processes *members) {
    char below[4500];
    snprintf(below, sizeof below, "%s/cgroup.procs", path);
    FILE *file = fopen(below, "re");  // anew each time: version 1 keeps a list for as long as its file is open
    int pid;
    while (file && fscanf(file, "%d", &pid) == 1) processes_add(members, pid);
    if (file) fclose(file);
    DIR *directory = opendir(path);   // a task may have made cgroups of its own, a nested run for one
    if (!directory) return;
    for (struct dirent *entry; (entry = readdir(directory));) {
        if (entry->d_type != DT_DIR || entry->d_name[0] == '.') continue;
        if (snprintf(below, sizeof below, "%s/%s", path, entry->d_name) < (int)sizeof below) add_members(below, members);
    }
    closedir(directory);
}

void slot_members(const struct slot *slot, struct processes *members) {
    char path[4200];
    snprintf(path, sizeof path, "%s/%u", memory_base, slot->number);
    add_members(path, members);
}

bool slot_kill(const struct slot *slot) {
    if (!words->kill) return false;
    char path[4300];
    snprintf(path, sizeof path, "%s/%u/%s", memory_base, slot->number, words->kill);
    return write_text(path, "1");
}

// What the task needed: of the charged peak, page cache that is still there at the end was no need, nor was anything
// charged before it came. Small figures are coarse, as the kernel charges 64 pages at a time to each processor.
static uint64_t needed_peak(const struct slot *slot, uint64_t seen) {
    if (slot->peak_file < 0) return seen;
    uint64_t charged = read_number(slot->peak_file);
    // `seen` has pages of files in it that are charged to somebody else.
    if (charged <= seen) return charged;
    char text[8192];
    int file = open_file(memory_base, slot->number, words->statistics, O_RDONLY);
    if (file < 0) return seen;
    read_again(file, text, sizeof text);
    close(file);
    uint64_t cache = field(text, words->cache), shared = field(text, words->shared);
    uint64_t needless = cache > shared ? cache - shared : 0;
    if (needless < slot->residue) needless = slot->residue;
    uint64_t need = charged > needless ? charged - needless : 0;
    return need > seen ? need : seen;
}

void slot_sample(const struct slot *slot, uint64_t largest_process, uint64_t sampled_peak, struct baton_usage *usage) {
    char text[8192];
    int file = open_file(memory_base, slot->number, words->statistics, O_RDONLY);
    if (file >= 0) {
        read_again(file, text, sizeof text);
        close(file);
        usage->current_bytes = field(text, words->anonymous) + field(text, words->shared);
    }
    uint64_t cpu = read_cpu(slot);
    usage->cpu_microseconds = cpu > slot->cpu_before ? (cpu - slot->cpu_before) / 1000 : 0;
    uint64_t seen = largest_process > sampled_peak ? largest_process : sampled_peak;
    if (usage->current_bytes > seen) seen = usage->current_bytes;
    usage->peak_bytes = needed_peak(slot, seen);
}

void slot_finish(struct slot *slot, struct baton_ended *ended, bool traced) {
    ended->peak_bytes = needed_peak(slot, ended->peak_bytes);
    uint64_t oom_kills = read_oom_kills(slot);
    ended->oom_kills = (uint32_t)(oom_kills - slot->oom_kills_before);
    slot->oom_kills_before = oom_kills;

    uint64_t cpu = read_cpu(slot), counted = cpu > slot->cpu_before ? (cpu - slot->cpu_before) / 1000 : 0;
    slot->cpu_before = cpu;
    // The counter knows the total, of processes that nobody waited for too; rusage knows how it divides.
    uint64_t user = ended->user_microseconds, reaped = user + ended->system_microseconds;
    if (counted > reaped || (traced && counted)) {
        ended->user_microseconds = reaped ? counted * user / reaped : counted;
        ended->system_microseconds = counted - ended->user_microseconds;
    }
}

void slot_release(struct slot *slot) {
    // Version 2 can start a new peak since Linux 6.12.
    bool renewed = slot->peak_file < 0 || pwrite(slot->peak_file, "0", 1, 0) == 1;
    slot->residue = read_number(slot->peak_file);  // what is charged now
    if (!renewed || slot->residue > RESIDUE_LIMIT) {
        slot_retire(slot);
        return;
    }
    slot->next = pool;
    pool = slot;
}

void slot_retire(struct slot *slot) {
    int files[] = {slot->memory_door, slot->cpu_usage_door, slot->weight_door,
                   slot->peak_file, slot->events_file, slot->cpu_file};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        if (files[i] >= 0) close(files[i]);
    }
    const char *bases[] = {memory_base, cpu_usage_base, weight_base};
    for (size_t i = 0; i < 3; i++) {
        char path[4200];
        snprintf(path, sizeof path, "%s/%u", bases[i], slot->number);
        if (bases[i][0]) cgroup_remove(path);  // or when we end, if somebody is in there still
    }
    free(slot);
}
