// Calls of Linux that Swift's Glibc module does not show: signals and events as descriptors, usable cores.

#ifndef BATON_LINUX_H
#define BATON_LINUX_H

/// Blocks SIGINT, SIGTERM and SIGHUP in the calling thread and returns a non-blocking, close-on-exec descriptor on which
/// they arrive instead, or -1 with errno.
int baton_signal_descriptor(void);

/// The number of the next pending signal; 0 when there is none.
int baton_next_signal(int descriptor);

/// A non-blocking, close-on-exec descriptor that is readable from `baton_event_set` to `baton_event_clear`.
int baton_event_descriptor(void);
void baton_event_set(int descriptor);
void baton_event_clear(int descriptor);

/// Processors in this process's affinity mask; at least 1.
int baton_usable_cores(void);

#endif
