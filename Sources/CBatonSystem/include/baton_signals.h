// Signals as something to poll: SIGINT, SIGTERM and SIGHUP are blocked and arrive on a descriptor instead.

#ifndef BATON_SIGNALS_H
#define BATON_SIGNALS_H

/// Blocks the signals in the calling thread and returns a non-blocking, close-on-exec descriptor, or -1 with errno.
int baton_signal_descriptor(void);

/// The number of the next pending signal; 0 when there is none.
int baton_next_signal(int descriptor);

#endif
