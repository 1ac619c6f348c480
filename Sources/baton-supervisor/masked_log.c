// Logs of a run that has secrets: its tasks print into pipes, and only what is left when the secrets are masked reaches a
// file. Tasks of other runs write their files themselves, which costs nothing.

#include "supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { PART = 1 << 16, PARTS_AT_END = 64 };  // no more than 4 MiB, for a stray may print for ever

struct masked_log {
    int pipe;              // -1: nothing more comes
    int file;
    struct buffer unsure;  // may be the beginning of a secret
};

static int ready = -1;     // epoll: one descriptor to wait for, however many pipes there are

int masked_logs_descriptor(void) { return ready; }

struct masked_log *masked_log_open(const char *path, int *door) {
    int ends[2];
    if (ready < 0) ready = epoll_create1(EPOLL_CLOEXEC);
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0644);
    if (ready < 0 || file < 0 || pipe2(ends, O_CLOEXEC) < 0) {
        int error = errno;
        if (file >= 0) close(file);
        errno = error;
        return NULL;
    }
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    struct masked_log *log = allocate(sizeof *log);
    log->pipe = ends[0];
    log->file = file;
    *door = ends[1];
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = log};
    epoll_ctl(ready, EPOLL_CTL_ADD, ends[0], &event);
    return log;
}

static bool write_all(int file, const char *bytes, size_t length) {
    while (length) {
        ssize_t written = write(file, bytes, length);
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return false;
        bytes += written;
        length -= (size_t)written;
    }
    return true;
}

// Masks what has come and forgets what is sure. False when the file can't take it.
static bool pass_on(struct buffer *unsure, bool is_end, int file) {
    static struct buffer masked;
    masked.length = 0;
    buffer_consume(unsure, mask(unsure->bytes, unsure->length, is_end, &masked));
    return write_all(file, masked.bytes, masked.length);
}

static void stop_reading(struct masked_log *log) {
    close(log->pipe);
    log->pipe = -1;
}

// False when nothing more can be read now.
static bool read_part(struct masked_log *log) {
    static char part[PART];
    ssize_t length = read(log->pipe, part, sizeof part);
    if (length < 0) return errno == EINTR;
    if (length > 0) {
        buffer_append(&log->unsure, part, (size_t)length);
        if (pass_on(&log->unsure, false, log->file)) return true;
        // Its writer learns by SIGPIPE or EPIPE what it would have learned by ENOSPC.
        note("a log can't be written: %s; its task can't print any more", strerror(errno));
    }
    stop_reading(log);
    return false;
}

void masked_logs_read(void) {
    struct epoll_event events[16];
    int count = ready < 0 ? 0 : epoll_wait(ready, events, 16, 0);
    for (int i = 0; i < count; i++) read_part(events[i].data.ptr);
}

void masked_log_close(struct masked_log *log) {
    for (int part = 0; part < PARTS_AT_END && log->pipe >= 0 && read_part(log); part++) continue;
    if (!pass_on(&log->unsure, true, log->file)) note("the end of a log can't be written: %s", strerror(errno));
    if (log->pipe >= 0) stop_reading(log);
    close(log->file);
    free(log->unsure.bytes);
    free(log);
}

static bool copy_masked(int from, int to) {
    static char part[PART];
    struct buffer unsure = {0};
    ssize_t length;
    bool is_written = true;
    while (is_written && (length = read(from, part, sizeof part)) != 0) {
        if (length < 0 && errno == EINTR) continue;
        if (length < 0) is_written = false;
        else buffer_append(&unsure, part, (size_t)length);
        is_written = is_written && pass_on(&unsure, false, to);
    }
    is_written = is_written && pass_on(&unsure, true, to);
    free(unsure.bytes);
    return is_written;
}

void mask_file(const char *path) {
    int from = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (from < 0) return;
    char masked[4096];
    int length = snprintf(masked, sizeof masked, "%s.masked", path);
    int to = length < (int)sizeof masked ? open(masked, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644) : -1;
    bool is_done = to >= 0 && copy_masked(from, to) && rename(masked, path) == 0;
    if (!is_done) {
        note("%s can't be masked and is removed: %s", path, strerror(errno));
        if (to >= 0) unlink(masked);
        unlink(path);
    }
    if (to >= 0) close(to);
    close(from);
}
