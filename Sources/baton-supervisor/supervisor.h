// The supervisor owns every task process of one run, so that tasks outlive the orchestrator that ordered them.
//
// One thread, one loop (main.c): orders come in by connection.c, attempts.c carries them out with launch.c, cgroups or
// /proc (tree.c) say what a tree uses and who belongs to it, and each fact goes to journal.c before it is reported.

#ifndef SUPERVISOR_H
#define SUPERVISOR_H

#define _GNU_SOURCE

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "baton_system.h"

#define MILLISECOND UINT64_C(1000000)
#define SECOND (1000 * MILLISECOND)
#define NEVER UINT64_MAX

// support.c

struct buffer {
    char *bytes;
    size_t length, capacity;
};

void buffer_append(struct buffer *buffer, const void *bytes, size_t length);
void buffer_consume(struct buffer *buffer, size_t length);
void *allocate(size_t size);                    // zeroed; ends the process when there is no memory
void *reallocate(void *block, size_t size);

uint64_t monotonic_now(void);                   // nanoseconds
uint64_t clock_now(int clock);
void note(const char *format, ...) __attribute__((format(printf, 1, 2)));  // one line in the run's supervisor.log

bool write_text(const char *path, const char *text);
ssize_t read_text(const char *path, char *text, size_t size);  // NUL-ended; length or -1
bool has_word(const char *text, const char *word);             // among blanks, commas and line ends
uint64_t field(const char *text, const char *name);            // "name 123" at a line's start; 0 if absent

// journal.c


bool journal_open(void);
bool journal_write_record(const struct baton_journal_record *record);  // async-signal-safe: the new process calls it
void journal_keep(const struct baton_journal_record *record);          // in memory until the file takes it
void journal_ended(const struct baton_ended *ended);
void journal_retry(uint64_t now);
uint64_t journal_retry_time(void);
bool journal_ended_before(uint64_t key, struct baton_ended *ended);    // in this supervisor's life
void journal_each_unwritten(void (*report)(const struct baton_ended *));
struct baton_journal_record journal_record(uint32_t kind, const void *payload, size_t size);

// tree.c

struct attempt;

struct processes {
    pid_t *pids;
    size_t count, capacity;
};

void processes_add(struct processes *list, pid_t pid);
void tree_open(void);
bool tree_children(struct processes *children);     // ours, zombies included; false if the kernel does not tell
void tree_scan(void);                               // reads /proc once; sets what sampled attempts use now
void tree_members(const struct attempt *attempt, struct processes *members);  // as of the latest scan

// attempts.c

struct slot;

struct usage {
    uint64_t user_us, system_us, largest_process, read_bytes, written_bytes;
};

struct attempt {
    struct attempt *next;
    uint64_t key;
    pid_t pid;                   // top process and session
    bool exited;                 // the top process was reaped
    bool stopped;                // by order
    bool traced;                 // the top process began as its tracer
    bool signalled;              // whatever the top process left behind was asked to end
    struct slot *slot;           // NULL: sampled
    char *logs[2];               // paths of output and error
    struct masked_log *masked[2];  // NULL: the task writes the log itself
    char *values;                // path of the file that it hands values on by, if that has to be masked
    struct baton_started started;
    struct baton_ended ended;
    struct usage reaped;
    uint64_t start_time;         // monotonic, like all that follow
    uint64_t kill_time;          // when SIGKILL follows, or is repeated
    uint64_t surrender_time;     // when we stop waiting for processes that SIGKILL cannot end
    uint64_t sample_time, sample_interval;
    uint64_t sampled_bytes, sampled_peak, sampled_cpu_us;
};

extern struct attempt *attempts;

bool attempt_start(const struct baton_start *order, char *strings, size_t length);  // false: the order is malformed
void attempt_stop(const struct baton_stop *order);
void attempt_end(struct attempt *attempt);
void attempts_list(void);
void attempts_reap(void);
void attempts_tick(uint64_t now);
uint64_t attempts_wake_time(void);
bool attempts_wipe_strays(void);   // true when no process is left

// environment.c

void environment_set(const char *strings, size_t length);
char **environment_build(const char *run, uint64_t key, char **extra, size_t count);  // valid until the next call
const char *environment_find_program(const char *name, char **environment);           // likewise; NULL: not found

// logs.c

void log_prepare(const char *path);  // before an attempt opens it
void log_finish(char *path);         // after the attempt; frees the path

// mask.c

void mask_add(const char *strings, size_t length);  // NUL-ended values
bool mask_is_needed(void);
// Appends `bytes` with *** in place of secrets to `masked`; returns how many were looked at: before the end the rest may
// be the beginning of a secret.
size_t mask(const char *bytes, size_t length, bool is_end, struct buffer *masked);

// masked_log.c

struct masked_log *masked_log_open(const char *path, int *door);  // `door` is the task's end; NULL with errno
void masked_log_close(struct masked_log *log);  // takes in what is left
void masked_logs_read(void);
int masked_logs_descriptor(void);               // readable when there is something to read; -1: never was one
void mask_file(const char *path);               // removed if that is impossible

// trace.c

// The tracer's arguments, then ourselves as the one who lets the program enter its cgroups; valid until the next call.
char **trace_command(char **tracer, size_t count, const char *program, char **arguments, const int *doors,
                     int door_count);
int trace_enter(char *arguments[]);  // what main does then: DOORS PROGRAM ARGUMENTS

// launch.c

struct launch {
    const char *program, *directory, *output, *error;
    char **arguments;            // arguments[-1] is free, for the shell of a script without #!
    char **environment;
    char **tracer;               // what runs in place of the program and lets it begin; NULL: the program itself
    const int *doors;            // files to go through into cgroups, the memory controller's first
    int door_count;
    int pipes[2];                // in place of output and error; 0: none
    int oom_score_adj;
    struct baton_started started;    // key set; the rest comes back
    int failure, step;               // errno and BATON_LAUNCH_*; nothing is made when they are set before
    bool outside;                    // the first door was shut
    bool unwritten;                  // the journal did not take the start
};

void launch_prepare(void);           // our own oom_score_adj and descriptor limit
void launch(struct launch *plan);

// connection.c

bool connection_open(int socket);
bool connection_exists(void);
int connection_descriptor(void);
int connection_listener(void);
bool connection_wants_to_write(void);
uint64_t connection_flush_time(void);
void connection_accept(void);
void connection_read(void);
void connection_flush(void);
void connection_close(void);
void report(uint32_t kind, const void *payload, size_t size, bool urgent);

// main.c

extern const char *run_name;
extern uint32_t meter;               // BATON_METER_*

#endif
