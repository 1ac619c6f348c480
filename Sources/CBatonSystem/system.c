// The few system calls that Swift cannot make comfortably.

#define _GNU_SOURCE
#include "baton_system.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

_Static_assert(sizeof(struct baton_start) == 40, "no padding");
_Static_assert(sizeof(struct baton_ended) == BATON_JOURNAL_PAYLOAD, "the largest fact fills a record");
_Static_assert(sizeof(struct baton_journal_record) == 96, "no padding");

uint32_t baton_journal_checksum(const struct baton_journal_record *record) {
    const uint8_t *bytes = (const uint8_t *)record;
    uint32_t hash = 2166136261u;  // FNV-1a: torn records are to be recognised, not forgeries
    for (size_t i = offsetof(struct baton_journal_record, kind); i < sizeof *record; i++) {
        hash = (hash ^ bytes[i]) * 16777619u;
    }
    return hash;
}

int baton_connect(int directory) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/" BATON_SUPERVISOR_SOCKET, directory);
    int socket_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (socket_fd < 0) return -1;
    if (connect(socket_fd, (struct sockaddr *)&address, sizeof address) == 0) return socket_fd;
    int error = errno;
    close(socket_fd);
    errno = error;
    return -1;
}

int baton_spawn_supervisor(const char *executable, char *const arguments[], int socket) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_adddup2(&actions, socket, BATON_CONNECTION_DESCRIPTOR);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
    pid_t pid = -1;
    int error = posix_spawn(&pid, executable, &actions, &attributes, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    errno = error;
    return error ? -1 : pid;
}

int baton_process_read(int32_t pid, struct baton_process *process) {
    char path[64], text[1024];
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return -1;
    ssize_t length = read(file, text, sizeof text - 1);
    close(file);
    text[length > 0 ? length : 0] = 0;
    char *after = strrchr(text, ')');  // the name, in parentheses, may itself hold anything
    char state;
    int parent, session;
    unsigned long long user, system, waited_user, waited_system, start;
    if (!after || sscanf(after + 1, " %c %d %*d %d %*d %*d %*u %*u %*u %*u %*u %llu %llu %llu %llu %*d %*d %*d %*d %llu",
                         &state, &parent, &session, &user, &system, &waited_user, &waited_system, &start) != 8) {
        errno = ESRCH;
        return -1;
    }
    *process = (struct baton_process){
        .pid = pid, .parent = parent, .session = session, .is_dead = state == 'Z' || state == 'X',
        .start_ticks = start, .cpu_ticks = user + system + waited_user + waited_system,
    };
    return 0;
}

int baton_process_kill(const struct baton_process *process) {
    int held = (int)syscall(SYS_pidfd_open, process->pid, 0);
    if (held < 0 && errno != ENOSYS) return -1;
    // While we hold it the number cannot change hands; if the process is still the one we knew, it will be to the end.
    struct baton_process now;
    int result = baton_process_read(process->pid, &now);
    if (result == 0 && now.start_ticks != process->start_ticks) {
        errno = ESRCH;
        result = -1;
    }
    if (result == 0) {
        result = held < 0 ? kill(process->pid, SIGKILL) : (int)syscall(SYS_pidfd_send_signal, held, SIGKILL, NULL, 0);
    }
    int error = errno;
    if (held >= 0) close(held);
    errno = error;
    return result;
}
