// baton-supervisor RUN_DIR [--run ID] [--memory-limit BYTES]
//
// Started by `baton` with the first connection as descriptor 3; ends when nobody is connected and nothing runs.
// With --enter it is a moment of a traced attempt instead: see trace.c.

#include "cgroup.h"
#include "supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

const char *run_name;
uint32_t meter;

static bool take_lock(void) {
    int lock = open(BATON_SUPERVISOR_LOCK, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    return lock >= 0 && flock(lock, LOCK_EX | LOCK_NB) == 0;  // open until we end
}

// Nothing of whoever started us may end us, receive our output or be kept open by us.
static void detach(void) {
    setsid();
    int null = open("/dev/null", O_RDWR);
    for (int standard = 0; standard < 3; standard++) dup2(null, standard);
    syscall(SYS_close_range, 4u, ~0u, 0u);
    fcntl(BATON_CONNECTION_DESCRIPTOR, F_SETFD, FD_CLOEXEC);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
}

// Blocked rather than ignored: a task then has them back by one call, and dispositions are the default's already.
static int block_signals(void) {
    for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
    sigset_t all, children;
    sigfillset(&all);
    int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP};
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) sigdelset(&all, faults[i]);
    sigprocmask(SIG_SETMASK, &all, NULL);
    sigemptyset(&children);
    sigaddset(&children, SIGCHLD);
    return signalfd(-1, &children, SFD_CLOEXEC | SFD_NONBLOCK);
}

static uint64_t earliest(uint64_t a, uint64_t b) {
    return a < b ? a : b;
}

static void wait_for_something(int signals) {
    uint64_t time = earliest(attempts_wake_time(), earliest(connection_flush_time(), journal_retry_time()));
    uint64_t now = time == NEVER || time == 0 ? 0 : monotonic_now();
    int64_t wait = time <= now ? 0 : (int64_t)(time - now);
    struct timespec limit = {.tv_sec = wait / (int64_t)SECOND, .tv_nsec = wait % (int64_t)SECOND};
    struct pollfd files[] = {
        {.fd = signals, .events = POLLIN},
        {.fd = connection_listener(), .events = POLLIN},
        {.fd = connection_descriptor(), .events = (short)(POLLIN | (connection_wants_to_write() ? POLLOUT : 0))},
        {.fd = masked_logs_descriptor(), .events = POLLIN},
    };
    if (ppoll(files, 4, time == NEVER ? NULL : &limit, NULL) < 0) return;
    if (files[0].revents) {
        struct signalfd_siginfo ignored;
        while (read(signals, &ignored, sizeof ignored) > 0) continue;
    }
    if (files[3].revents) masked_logs_read();
    attempts_reap();
    if (files[2].revents & POLLOUT) connection_flush();
    if (files[2].revents & (POLLIN | POLLHUP | POLLERR)) connection_read();
    if (files[1].revents) connection_accept();
}

static bool is_done(void) {
    if (!connection_exists()) connection_accept();  // somebody may just have come
    if (connection_exists() || attempts || journal_retry_time() != NEVER) return false;
    return attempts_wipe_strays();
}

int main(int count, char *arguments[]) {
    uint64_t memory_limit = 0;
    if (count > 4 && strcmp(arguments[1], "--enter") == 0) return trace_enter(arguments + 2);
    if (count < 2 || chdir(arguments[1]) < 0) {
        fprintf(stderr, "usage: baton-supervisor RUN_DIR [--run ID] [--memory-limit BYTES]\n");
        return 2;
    }
    detach();
    run_name = strrchr(arguments[1], '/') ? strrchr(arguments[1], '/') + 1 : arguments[1];
    for (int i = 2; i + 1 < count; i += 2) {
        if (strcmp(arguments[i], "--run") == 0) run_name = arguments[i + 1];
        if (strcmp(arguments[i], "--memory-limit") == 0) memory_limit = strtoull(arguments[i + 1], NULL, 10);
    }
    if (!take_lock()) {
        if (errno == EWOULDBLOCK) return BATON_SUPERVISOR_TOO_LATE;
        note("the lock cannot be had: %s", strerror(errno));
        return 1;
    }
    if (!journal_open()) {
        note("the journal cannot be had: %s", strerror(errno));
        return 1;
    }
    int signals = block_signals();
    launch_prepare();
    tree_open();
    const char *wanted = getenv("BATON_METER");
    meter = wanted && strcmp(wanted, "sampling") == 0 ? BATON_METER_SAMPLING : cgroup_open(memory_limit);
    enclosing_oom_kills();  // counted from here
    if (!connection_open(BATON_CONNECTION_DESCRIPTOR)) return 1;

    while (!is_done()) {
        wait_for_something(signals);
        uint64_t now = monotonic_now();
        attempts_tick(now);
        journal_retry(now);
        if (connection_flush_time() <= now) connection_flush();
    }
    unlink(BATON_SUPERVISOR_SOCKET);
    cgroup_close();
    return 0;
}
