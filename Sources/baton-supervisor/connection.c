// The orchestrator's end: one connection at a time, never waited for.

#include "supervisor.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define HOLD_BACK (10 * MILLISECOND)        // how long a STARTED waits for company: each send wakes the orchestrator
#define USAGE_BACKLOG (UINT64_C(64) << 10)  // who does not read is not told of every sample

static int listener = -1, peer = -1;
static struct buffer incoming, outgoing;
static uint64_t flush_time = NEVER;

bool connection_exists(void) { return peer >= 0; }
int connection_descriptor(void) { return peer; }
int connection_listener(void) { return listener; }
uint64_t connection_flush_time(void) { return flush_time; }

static void greet(int socket) {
    peer = socket;
    incoming.length = outgoing.length = 0;
    flush_time = NEVER;
    struct baton_hello hello = {.protocol = BATON_PROTOCOL, .supervisor_pid = getpid(), .meter = meter};
    report(BATON_REPORT_HELLO, &hello, sizeof hello, true);
}

bool connection_open(int first) {
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = BATON_SUPERVISOR_SOCKET};
    unlink(BATON_SUPERVISOR_SOCKET);  // a dead one's: we hold the lock
    listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof address) < 0 || listen(listener, 8) < 0) {
        note("cannot listen on " BATON_SUPERVISOR_SOCKET ": %s", strerror(errno));
        return false;
    }
    if (first >= 0) greet(first);
    return true;
}

void connection_close(void) {
    if (peer >= 0) close(peer);
    peer = -1;
    incoming.length = outgoing.length = 0;  // whatever was not delivered is in the journal
    flush_time = NEVER;
}

void connection_accept(void) {
    int socket = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (socket < 0) return;
    struct ucred user;
    socklen_t size = sizeof user;
    if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &user, &size) < 0 || (user.uid != 0 && user.uid != getuid())) {
        close(socket);
        return;
    }
    connection_read();  // orders of the old one that have arrived stand
    connection_close();
    greet(socket);
}

static bool obey(uint32_t kind, char *payload, size_t length) {
    struct baton_start start;
    struct baton_stop stop;
    switch (kind) {
    case BATON_ORDER_ENVIRONMENT:
        environment_set(payload, length);
        return true;
    case BATON_ORDER_SECRETS:
        mask_add(payload, length);
        return true;
    case BATON_ORDER_START:
        if (length < sizeof start) return false;
        memcpy(&start, payload, sizeof start);
        return attempt_start(&start, payload + sizeof start, length - sizeof start);
    case BATON_ORDER_STOP:
        if (length != sizeof stop) return false;
        memcpy(&stop, payload, sizeof stop);
        attempt_stop(&stop);
        return true;
    case BATON_ORDER_LIST:
        attempts_list();
        report(BATON_REPORT_LISTED, NULL, 0, true);
        return true;
    default:
        return false;
    }
}

static bool obey_all(void) {
    size_t at = 0;
    struct baton_frame frame;
    while (incoming.length - at >= sizeof frame) {
        memcpy(&frame, incoming.bytes + at, sizeof frame);
        if (frame.length > BATON_FRAME_LIMIT) return false;
        if (incoming.length - at - sizeof frame < frame.length) break;
        if (!obey(frame.kind, incoming.bytes + at + sizeof frame, frame.length)) return false;
        at += sizeof frame + frame.length;
        attempts_reap();  // a long list of starts must not keep the ended waiting
    }
    buffer_consume(&incoming, at);
    return true;
}

void connection_read(void) {
    if (peer < 0) return;
    for (;;) {
        char part[65536];
        ssize_t length = recv(peer, part, sizeof part, MSG_DONTWAIT);
        if (length < 0 && errno == EINTR) continue;
        if (length < 0 && errno == EAGAIN) return;
        if (length <= 0) break;
        buffer_append(&incoming, part, (size_t)length);
        if (!obey_all()) {
            note("the orchestrator sent something that is no order: connection closed");
            break;
        }
        if (length < (ssize_t)sizeof part) return;
    }
    connection_close();
}

void report(uint32_t kind, const void *payload, size_t size, bool urgent) {
    if (peer < 0 || (kind == BATON_REPORT_USAGE && outgoing.length > USAGE_BACKLOG)) return;
    struct baton_frame frame = {.length = (uint32_t)size, .kind = kind};
    buffer_append(&outgoing, &frame, sizeof frame);
    buffer_append(&outgoing, payload, size);
    if (urgent) flush_time = 0;
    else if (flush_time == NEVER) flush_time = monotonic_now() + HOLD_BACK;
}

bool connection_wants_to_write(void) {
    return peer >= 0 && outgoing.length && flush_time == NEVER;
}

void connection_flush(void) {
    if (peer < 0 || !outgoing.length) return;
    ssize_t sent = send(peer, outgoing.bytes, outgoing.length, MSG_DONTWAIT | MSG_NOSIGNAL);
    flush_time = NEVER;  // what is left waits for the socket
    if (sent > 0) {
        buffer_consume(&outgoing, (size_t)sent);
    } else if (sent < 0 && errno != EAGAIN && errno != EINTR) {
        connection_read();  // its last orders
        connection_close();
    }
}
