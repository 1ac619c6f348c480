// Calls of Linux that Swift's Glibc module does not show: signals and events as descriptors, usable cores.

#ifndef BATON_LINUX_H
#define BATON_LINUX_H

#include <stdint.h>

/// Blocks SIGINT, SIGTERM and SIGHUP in the calling thread and returns a non-blocking, close-on-exec descriptor on which
/// they arrive instead, or -1 with errno.
int baton_signal_descriptor(void);

/// The number of the next pending signal; 0 when there is none.
int baton_next_signal(int descriptor);

/// A non-blocking, close-on-exec descriptor that is readable from `baton_event_set` to `baton_event_clear`.
int baton_event_descriptor(void);
void baton_event_set(int descriptor);
void baton_event_clear(int descriptor);

/// What stat(2) says, under names of our own: several of the C modules that Swift imports declare `struct stat`, which of
/// them owns its members differs between builds, and Swift asks for an import of just that one.
struct baton_file_status {
    int64_t size;         // bytes
    int64_t modified;     // nanoseconds since 1970
    uint64_t inode;
    uint32_t owner;
    uint32_t permissions; // the lower 12 bits of the mode
    int is_folder;
};

/// 0, or -1 with errno. `follows_links` tells stat from lstat.
int baton_path_status(const char *path, int follows_links, struct baton_file_status *status);
int baton_descriptor_status(int descriptor, struct baton_file_status *status);

/// Processors in this process's affinity mask; at least 1.
int baton_usable_cores(void);

/// Lets this process open `count` descriptors, or as many as its hard limit allows.
void baton_allow_descriptors(uint64_t count);

#endif
