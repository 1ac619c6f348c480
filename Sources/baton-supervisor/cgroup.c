// Finds where this run may make its control groups, and makes and removes the folder of the whole run.

#include "cgroup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const struct cgroup_words version_1 = {
    .peak = "memory.max_usage_in_bytes", .limit = "memory.limit_in_bytes", .no_limit = "-1",
    .swap_limit = "memory.memsw.limit_in_bytes", .swap_limited = NULL /* the same figure */, .no_swap_limit = "-1",
    .events = "memory.oom_control", .statistics = "memory.stat",
    .anonymous = "total_rss", .shared = "total_shmem", .cache = "total_cache",
    .cpu = "cpuacct.usage", .cpu_unit = 1, .weight = "cpu.shares", .weight_per_cpu = 1024,
    // Not cgroup.procs: to move a whole thread group the kernel locks out every fork and exit of the machine, and after an
    // idle moment it gets that lock only with the next RCU grace period, 8 ms later (0.03 ms through this file).
    .door = "tasks",
};

static const struct cgroup_words version_2 = {
    .peak = "memory.peak", .limit = "memory.max", .no_limit = "max",
    .swap_limit = "memory.swap.max", .swap_limited = "0", .no_swap_limit = "max",
    .events = "memory.events", .statistics = "memory.stat",
    .anonymous = "anon", .shared = "shmem", .cache = "file",
    .cpu = "cpu.stat", .cpu_field = "usage_usec", .cpu_unit = 1000, .weight = "cpu.weight", .weight_per_cpu = 100,
    .kill = "cgroup.kill", .door = "cgroup.procs",
};

const struct cgroup_words *words;
char memory_base[4096], cpu_usage_base[4096], weight_base[4096];
static char enclosing_events[4200];   // of the cgroup we live in

// Where the hierarchy of `controller` ("" for version 2) is mounted and we are in it.
static bool find_home(const char *controller, char *mount, char *home, size_t size) {
    static char groups[16384], mounts[262144];
    char own[2048] = "";
    read_text("/proc/self/cgroup", groups, sizeof groups);
    for (char *line = strtok(groups, "\n"); line; line = strtok(NULL, "\n")) {
        char *names = strchr(line, ':'), *path = names ? strchr(names + 1, ':') : NULL;
        if (!path) continue;
        *path = 0;
        bool found = *controller ? has_word(names + 1, controller) : names[1] == 0;
        if (found) snprintf(own, sizeof own, "%s", path + 1);
    }
    if (!own[0]) return false;
    read_text("/proc/self/mountinfo", mounts, sizeof mounts);
    for (char *line = strtok(mounts, "\n"); line; line = strtok(NULL, "\n")) {
        char root[1024], point[1024], type[64], options[1024];
        char *rest = strstr(line, " - ");
        if (!rest || sscanf(line, "%*s %*s %*s %1023s %1023s", root, point) != 2) continue;
        if (sscanf(rest, " - %63s %*s %1023s", type, options) != 2) continue;
        if (*controller ? strcmp(type, "cgroup") != 0 || !has_word(options, controller)
                        : strcmp(type, "cgroup2") != 0) continue;
        size_t skip = strcmp(root, "/") == 0 ? 0 : strlen(root);
        if (strncmp(own, root, skip) != 0) continue;
        snprintf(mount, size, "%s", point);
        snprintf(home, size, "%s%s", point, strcmp(own + skip, "/") == 0 ? "" : own + skip);
        if (access(home, F_OK) == 0) return true;
    }
    return false;
}

bool cgroup_remove(const char *path) {
    if (rmdir(path) == 0 || errno == ENOENT) return true;
    DIR *directory = opendir(path);
    if (!directory) return false;
    for (struct dirent *entry; (entry = readdir(directory));) {
        char below[4096];
        if (entry->d_type != DT_DIR || entry->d_name[0] == '.') continue;
        if (snprintf(below, sizeof below, "%s/%s", path, entry->d_name) < (int)sizeof below) cgroup_remove(below);
    }
    closedir(directory);
    return rmdir(path) == 0;
}

static void base_prefix(char *text, size_t size) {
    snprintf(text, size, "baton-%d-", (int)getuid());
}

// A supervisor keeps its folder locked; what is not locked was left by one that was killed.
static void remove_stale(const char *home) {
    char prefix[64], path[4096];
    base_prefix(prefix, sizeof prefix);
    DIR *directory = opendir(home);
    if (!directory) return;
    for (struct dirent *entry; (entry = readdir(directory));) {
        if (strncmp(entry->d_name, prefix, strlen(prefix)) != 0) continue;
        if (snprintf(path, sizeof path, "%s/%s", home, entry->d_name) >= (int)sizeof path) continue;
        int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        // Folders that still hold processes refuse to go: those are for their run's own recovery.
        if (folder >= 0 && flock(folder, LOCK_EX | LOCK_NB) == 0) cgroup_remove(path);
        if (folder >= 0) close(folder);
    }
    closedir(directory);
}

// The folder stays open, and so locked, until we end.
static bool make_base(const char *home, char *base, size_t size) {
    static char name[128];
    if (!name[0]) {
        base_prefix(name, sizeof name);
        // Not the pid alone: a later process of that number may find ours still there.
        snprintf(name + strlen(name), sizeof name - strlen(name), "%d-%llx", (int)getpid(),
                 (unsigned long long)clock_now(CLOCK_BOOTTIME));
    }
    remove_stale(home);
    snprintf(base, size, "%s/%s", home, name);
    for (int tries = 0; tries < 5; tries++) {
        if (mkdir(base, 0755) < 0 && errno != EEXIST) break;
        int folder = open(base, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        struct stat ours, there;
        // Another supervisor may have swept it away before we locked it.
        if (folder >= 0 && flock(folder, LOCK_EX | LOCK_NB) == 0 && fstat(folder, &ours) == 0 &&
            stat(base, &there) == 0 && ours.st_ino == there.st_ino) return true;
        if (folder >= 0) close(folder);
    }
    base[0] = 0;
    return false;
}

static void set_limit(uint64_t memory_limit) {
    char path[4200], text[32];
    if (!memory_limit) return;
    snprintf(path, sizeof path, "%s/%s", memory_base, words->limit);
    snprintf(text, sizeof text, "%llu", (unsigned long long)memory_limit);
    if (!write_text(path, text)) note("the run's memory limit cannot be set: %s", strerror(errno));
    snprintf(path, sizeof path, "%s/%s", memory_base, words->swap_limit);
    write_text(path, words->swap_limited ? words->swap_limited : text);
}

static bool has_memory_limit(const char *folder) {
    char path[4200], text[64];
    snprintf(path, sizeof path, "%s/memory.max", folder);
    return read_text(path, text, sizeof text) > 0 && !has_word(text, "max");
}

static bool file_has(const char *folder, const char *file, const char *word) {
    char path[4200], text[1024];
    snprintf(path, sizeof path, "%s/%s", folder, file);
    return read_text(path, text, sizeof text) > 0 && has_word(text, word);
}

// A cgroup that holds processes cannot have children with controllers, and ours holds at least us. So the run's folder
// is made beside our cgroup, or as near above as we may write: but never outside a memory limit that binds us.
static bool open_version_2(void) {
    char mount[4096], home[4096], control[4200];
    if (!find_home("", mount, home, sizeof home)) return false;
    snprintf(enclosing_events, sizeof enclosing_events, "%s/memory.events", home);
    words = &version_2;
    for (;;) {
        snprintf(control, sizeof control, "%s/cgroup.subtree_control", home);
        bool ready = file_has(home, "cgroup.controllers", "memory") &&
                     (file_has(home, "cgroup.subtree_control", "memory") || write_text(control, "+memory"));
        if (ready && make_base(home, memory_base, sizeof memory_base)) {
            snprintf(control, sizeof control, "%s/cgroup.subtree_control", memory_base);
            if (write_text(control, "+memory")) break;
            cgroup_remove(memory_base);
            memory_base[0] = 0;
        }
        if (has_memory_limit(home) || strlen(home) <= strlen(mount)) return false;
        *strrchr(home, '/') = 0;
    }
    write_text(control, "+cpu");
    snprintf(cpu_usage_base, sizeof cpu_usage_base, "%s", memory_base);
    if (file_has(memory_base, "cgroup.subtree_control", "cpu")) {
        snprintf(weight_base, sizeof weight_base, "%s", memory_base);
    }
    return true;
}

static bool open_version_1(void) {
    char mount[4096], home[4096], path[4200];
    if (!find_home("memory", mount, home, sizeof home)) return false;
    snprintf(enclosing_events, sizeof enclosing_events, "%s/memory.oom_control", home);
    words = &version_1;
    if (!make_base(home, memory_base, sizeof memory_base)) return false;
    snprintf(path, sizeof path, "%s/memory.use_hierarchy", memory_base);
    write_text(path, "1");  // the only way there is on later kernels
    if (find_home("cpuacct", mount, home, sizeof home)) make_base(home, cpu_usage_base, sizeof cpu_usage_base);
    if (find_home("cpu", mount, home, sizeof home)) {
        // Often both live in one hierarchy.
        bool shared = strncmp(cpu_usage_base, home, strlen(home)) == 0;
        if (shared) memcpy(weight_base, cpu_usage_base, sizeof weight_base);
        else make_base(home, weight_base, sizeof weight_base);
    }
    return true;
}

uint32_t cgroup_open(uint64_t memory_limit) {
    uint32_t level = open_version_2() ? BATON_METER_CGROUP_V2 : open_version_1() ? BATON_METER_CGROUP_V1
                                                                                : BATON_METER_SAMPLING;
    if (level != BATON_METER_SAMPLING) set_limit(memory_limit);
    return level;
}

void cgroup_close(void) {
    if (memory_base[0]) cgroup_remove(memory_base);
    if (cpu_usage_base[0]) cgroup_remove(cpu_usage_base);
    if (weight_base[0]) cgroup_remove(weight_base);
}

uint64_t enclosing_oom_kills(void) {
    static uint64_t known;
    char text[32768];
    uint64_t total = 0;
    if (read_text(enclosing_events, text, sizeof text) > 0) {
        total = field(text, "oom_kill");
    } else if (read_text("/proc/vmstat", text, sizeof text) > 0) {
        total = field(text, "oom_kill");
    }
    uint64_t since = total > known ? total - known : 0;
    known = total;
    return since;
}
