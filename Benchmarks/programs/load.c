// load PORT RATE SECONDS CONNECTIONS METHOD PATH [BODY]: asks 127.0.0.1 over as many kept-alive connections, RATE times a second,
// whether earlier requests were answered or not; with rate 0 each connection asks again once it was answered. Prints JSON: how
// many of each status came, how long it took, and quantiles (0 to 1 in steps of a thousandth) of the microseconds from when a
// request was due to its answer, of those that were answered with 2xx. In C, because it shares its cores with what it measures.

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#define ANSWER_MAX (1 << 20)

struct connection {
    int socket;
    int64_t due;      // of the request that waits for its answer
    size_t length;
    char *answer;
};

static char request[65536];
static size_t request_length;
static int64_t *latencies;
static size_t latency_count, latency_capacity;
static long statuses[600];

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

static void open_connection(struct connection *connection, int port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int on = 1;
    connection->socket = socket(AF_INET, SOCK_STREAM, 0);
    if (connection->socket < 0 || connect(connection->socket, (struct sockaddr *)&address, sizeof address) < 0) fail("connect");
    setsockopt(connection->socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (!(connection->answer = malloc(ANSWER_MAX + 1))) fail("malloc");
}

// Requests are small and one at a time, so the socket always takes them whole.
static void ask(struct connection *connection, int64_t due) {
    connection->due = due;
    if (send(connection->socket, request, request_length, MSG_NOSIGNAL) != (ssize_t)request_length) fail("send");
}

static void remember(int64_t latency) {
    if (latency_count == latency_capacity) {
        latency_capacity = latency_capacity ? latency_capacity * 2 : 65536;
        if (!(latencies = realloc(latencies, latency_capacity * sizeof *latencies))) fail("realloc");
    }
    latencies[latency_count++] = latency;
}

// True when the answer is whole, and counted.
static bool take(struct connection *connection) {
    ssize_t length = recv(connection->socket, connection->answer + connection->length, ANSWER_MAX - connection->length, MSG_DONTWAIT);
    if (length < 0 && (errno == EAGAIN || errno == EINTR)) return false;
    if (length < 0) fail("recv");
    if (length == 0) {
        fprintf(stderr, "the server hung up\n");
        exit(1);
    }
    connection->length += (size_t)length;
    connection->answer[connection->length] = 0;
    char *body = strstr(connection->answer, "\r\n\r\n");
    if (!body) return false;
    char *field = strcasestr(connection->answer, "\r\ncontent-length:");
    size_t expected = (size_t)(body + 4 - connection->answer) + (field && field < body ? strtoul(field + 17, NULL, 10) : 0);
    if (connection->length < expected) return false;
    int status = atoi(connection->answer + 9);
    if (status < 100 || status > 599) fail("status");
    statuses[status]++;
    if (status / 100 == 2) remember(now() - connection->due);
    connection->length = 0;
    return true;
}

static int ascending(const void *left, const void *right) {
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

static void print_result(int64_t taken) {
    printf("{\"seconds\": %.3f, \"statuses\": {", (double)taken / 1e9);
    const char *comma = "";
    for (int status = 0; status < 600; status++) {
        if (!statuses[status]) continue;
        printf("%s\"%d\": %ld", comma, status, statuses[status]);
        comma = ", ";
    }
    printf("}, \"microseconds\": [");
    qsort(latencies, latency_count, sizeof *latencies, ascending);
    for (size_t step = 0; latency_count && step <= 1000; step++) {
        size_t place = step * latency_count / 1000;
        printf("%s%lld", step ? ", " : "", (long long)latencies[place < latency_count ? place : latency_count - 1] / 1000);
    }
    printf("]}\n");
}

int main(int count, char **arguments) {
    if (count < 7) {
        fprintf(stderr, "usage: load PORT RATE SECONDS CONNECTIONS METHOD PATH [BODY]\n");
        return 2;
    }
    int port = atoi(arguments[1]), rate = atoi(arguments[2]), size = atoi(arguments[4]);
    int64_t span = atoll(arguments[3]) * INT64_C(1000000000);
    const char *body = count > 7 ? arguments[7] : "";
    request_length = (size_t)snprintf(
        request, sizeof request, "%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
        arguments[5], arguments[6], strlen(body), body);
    if (request_length >= sizeof request) fail("request");

    // Idle ones take turns, or the server would close those that are never needed.
    struct connection *connections = calloc((size_t)size, sizeof *connections), **idle = calloc((size_t)size, sizeof *idle);
    int poll = epoll_create1(0), idle_count = 0, next = 0;
    for (int i = 0; i < size; i++) {
        open_connection(&connections[i], port);
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = &connections[i]};
        if (epoll_ctl(poll, EPOLL_CTL_ADD, connections[i].socket, &event) < 0) fail("epoll_ctl");
        idle[idle_count++] = &connections[i];
    }

    int64_t begin = now(), end = begin + span, asked = 0, total = rate ? span / 1000000000 * rate : INT64_MAX;
    for (;;) {
        int64_t moment = now(), due = rate ? begin + asked * INT64_C(1000000000) / rate : moment;
        while (idle_count && asked < total && due <= moment && (rate || moment < end)) {
            ask(idle[next], due);
            next = (next + 1) % size;
            idle_count--;
            asked++;
            due = rate ? begin + asked * INT64_C(1000000000) / rate : moment;
        }
        bool is_over = rate ? asked == total : moment >= end;
        if (is_over && idle_count == size) break;
        // A rounded-down millisecond would be spent in a busy loop.
        int wait = is_over || !idle_count ? -1 : due > moment ? (int)((due - moment + 999999) / 1000000) : 0;
        struct epoll_event events[64];
        int ready = epoll_wait(poll, events, 64, wait);
        for (int i = 0; i < ready; i++) {
            if (take(events[i].data.ptr)) idle[(next + idle_count++) % size] = events[i].data.ptr;
        }
    }
    print_result(now() - begin);
}
