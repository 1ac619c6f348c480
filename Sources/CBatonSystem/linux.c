#define _GNU_SOURCE
#include "baton_linux.h"

#include <sched.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

int baton_signal_descriptor(void) {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGHUP);
    if (sigprocmask(SIG_BLOCK, &signals, NULL) != 0) return -1;
    return signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC);
}

int baton_next_signal(int descriptor) {
    struct signalfd_siginfo info;
    if (read(descriptor, &info, sizeof info) != (ssize_t)sizeof info) return 0;
    return (int)info.ssi_signo;
}

int baton_event_descriptor(void) {
    return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
}

void baton_event_set(int descriptor) {
    (void)eventfd_write(descriptor, 1);
}

void baton_event_clear(int descriptor) {
    eventfd_t count;
    (void)eventfd_read(descriptor, &count);
}

static int fill(int result, const struct stat *from, struct baton_file_status *to) {
    if (result != 0) return -1;
    to->size = from->st_size;
    to->modified = (int64_t)from->st_mtim.tv_sec * 1000000000 + from->st_mtim.tv_nsec;
    to->inode = from->st_ino;
    to->owner = from->st_uid;
    to->permissions = from->st_mode & 07777;
    to->is_folder = S_ISDIR(from->st_mode);
    return 0;
}

int baton_path_status(const char *path, int follows_links, struct baton_file_status *status) {
    struct stat found;
    return fill(follows_links ? stat(path, &found) : lstat(path, &found), &found, status);
}

int baton_descriptor_status(int descriptor, struct baton_file_status *status) {
    struct stat found;
    return fill(fstat(descriptor, &found), &found, status);
}

int baton_usable_cores(void) {
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? (int)online : 1;
}

void baton_allow_descriptors(uint64_t count) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = count < limit.rlim_max ? count : limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
}
