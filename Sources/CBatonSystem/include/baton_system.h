// What `baton` and `baton-supervisor` share: the frames between them and the journal both read.
//
// Both ends run on one machine and come from one build, so structures travel as they lie in memory (little-endian,
// naturally aligned, no hidden padding). BATON_PROTOCOL changes whenever one of them does.

#ifndef BATON_SYSTEM_H
#define BATON_SYSTEM_H

#include <stddef.h>
#include <stdint.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "frames and journal are little-endian"
#endif

enum {
    BATON_PROTOCOL = 3,
    BATON_FRAME_LIMIT = 1 << 26,    // longest payload; a START carries at most what execve accepts, a few MiB
    BATON_CONNECTION_DESCRIPTOR = 3 // where a new supervisor finds the first orchestrator's socket
};

#define BATON_SUPERVISOR_LOCK "supervisor.lock"     // flocked by the supervisor for its whole life
#define BATON_SUPERVISOR_TOO_LATE 3                 // exit code: another one has the lock
#define BATON_SUPERVISOR_SOCKET "supervisor.sock"   // where a later orchestrator connects
#define BATON_ATTEMPT_JOURNAL "attempts.journal"    // array of baton_journal_record
#define BATON_RUN_VARIABLE "BATON_RUN"              // every task's environment names its run
#define BATON_ATTEMPT_VARIABLE "BATON_ATTEMPT"      // and its attempt: RUN/KEY
#define BATON_OUTPUT_VARIABLE "BATON_OUTPUT"        // and, if it has values to hand on, the file for them
#define BATON_TRACER_VARIABLE "BATON_TRACER"        // set for the tracer of an attempt, which is no part of it

/// Precedes every payload.
struct baton_frame {
    uint32_t length;  // of the payload that follows, in bytes
    uint32_t kind;    // BATON_ORDER_* or BATON_REPORT_*
};

// Orders, to the supervisor.
enum {
    BATON_ORDER_ENVIRONMENT = 1,  // NUL-ended NAME=VALUE strings: what every later START inherits
    BATON_ORDER_START = 2,        // baton_start and its strings
    BATON_ORDER_STOP = 3,         // baton_stop
    BATON_ORDER_LIST = 4,         // nothing
    BATON_ORDER_SECRETS = 5       // NUL-ended strings: from now on masked in logs and in what tasks hand on
};

/// Followed by NUL-ended strings: working directory, standard output, standard error, tracer, arguments, environment.
///
/// Output paths may be relative to the run's directory. An empty output is /dev/null, an empty error goes where output
/// goes, an empty working directory is the run's. A program without a slash is searched in the task's PATH.
/// A tracer is a program with arguments that runs what is appended to them in its own place and watches from outside.
/// A key that runs is not started again; one that has ended is answered by its ENDED.
struct baton_start {
    uint64_t key;
    uint64_t memory_limit;   // bytes, 0: none
    uint32_t milli_cpu;      // share under contention, 0: as anybody
    int32_t oom_score_adj;
    uint32_t arguments;      // at least the program
    uint32_t environment;    // additions to and replacements in the base environment
    uint32_t tracer;         // 0: nobody watches
    uint32_t reserved;
};

/// SIGTERM (and SIGCONT) to the attempt's whole tree, SIGKILL when the grace is over; at once if it is 0.
struct baton_stop {
    uint64_t key;
    uint32_t grace_milliseconds;
    uint32_t reserved;
};

// Reports, from the supervisor.
enum {
    BATON_REPORT_HELLO = 1,    // baton_hello: first on each connection
    BATON_REPORT_STARTED = 2,  // baton_started; may be held back some milliseconds to travel with other frames
    BATON_REPORT_ENDED = 3,    // baton_ended
    BATON_REPORT_USAGE = 4,    // baton_usage
    BATON_REPORT_RUNNING = 5,  // baton_started, answers LIST
    BATON_REPORT_LISTED = 6    // nothing: the list is complete
};

// How an attempt was measured, best first.
enum {
    BATON_METER_CGROUP_V2 = 2,
    BATON_METER_CGROUP_V1 = 1,
    BATON_METER_SAMPLING = 0  // no limits; peaks between two samples of other than the largest process are missed
};

// The step at which a launch failed.
enum {
    BATON_LAUNCH_DONE = 0,
    BATON_LAUNCH_FORK = 1,
    BATON_LAUNCH_OUTPUT = 2,
    BATON_LAUNCH_ERROR = 3,
    BATON_LAUNCH_DIRECTORY = 4,
    BATON_LAUNCH_EXECUTE = 5
};

struct baton_hello {
    uint32_t protocol;
    int32_t supervisor_pid;
    uint32_t meter;         // BATON_METER_*
    uint32_t reserved;
};

struct baton_started {
    uint64_t key;
    uint64_t boot_nanoseconds;  // CLOCK_BOOTTIME just after the process was made: tells it from a later one of its pid
    uint64_t unix_nanoseconds;
    int32_t pid;                // also the id of its session
    uint32_t reserved;
};

/// Usage is that of the whole process tree.
///
/// CPU time: the cgroup's counter where there is one, else what reaped processes had used. Peak memory is what the task
/// needed (anonymous, shared and kernel memory), not page cache it could have done without. Bytes are those of the block
/// layer as rusage accounts them: reads served by the page cache are none, writes count when the page is dirtied.
struct baton_ended {
    uint64_t key;
    uint64_t unix_nanoseconds;  // when the top process was seen to have ended
    uint64_t wall_nanoseconds;
    uint64_t user_microseconds;
    uint64_t system_microseconds;
    uint64_t peak_bytes;
    uint64_t read_bytes;
    uint64_t written_bytes;
    int32_t wait_status;        // as from waitpid; 0 if the launch failed
    int32_t launch_errno;       // 0: the program ran
    uint32_t oom_kills;         // processes of the tree ended by the kernel for want of memory
    uint8_t launch_step;        // BATON_LAUNCH_*
    uint8_t stopped;            // 1: a STOP had arrived
    uint8_t meter;              // BATON_METER_*
    uint8_t reserved;
};

struct baton_usage {
    uint64_t key;
    uint64_t current_bytes;
    uint64_t cpu_microseconds;
    uint64_t peak_bytes;
};

enum {
    BATON_JOURNAL_MAGIC = 0x4a4e5442,  // "BTNJ"
    BATON_JOURNAL_STARTED = 1,
    BATON_JOURNAL_ENDED = 2,
    BATON_JOURNAL_PAYLOAD = 80
};

/// One fact. STARTED is on file before the program is executed, ENDED before it is reported.
struct baton_journal_record {
    uint32_t magic;
    uint32_t checksum;  // of everything behind it
    uint32_t kind;      // BATON_JOURNAL_*
    uint32_t reserved;
    uint8_t payload[BATON_JOURNAL_PAYLOAD];  // baton_started or baton_ended
};

/// Checksum that `record` should carry.
uint32_t baton_journal_checksum(const struct baton_journal_record *record);

/// Connects to the supervisor's socket in an open directory (whose path may be longer than a socket's address).
/// Returns a non-blocking, close-on-exec descriptor, or -1 with errno.
int baton_connect(int directory);

/// Starts `executable` with `socket` as its descriptor 3 and `arguments` (ended by NULL), nothing else inherited but the
/// environment. Returns its pid, or -1 with errno.
int baton_spawn_supervisor(const char *executable, char *const arguments[], int socket);

/// What /proc/PID/stat says of a process.
struct baton_process {
    int32_t pid, parent, session;
    int32_t is_dead;         // a zombie: it has ended and waits for its parent
    uint64_t start_ticks;    // since boot, BATON_TICKS a second; with the pid it names a process for good
    uint64_t cpu_ticks;      // its own and that of reaped children
};

enum { BATON_TICKS = 100 };  // USER_HZ, the same on every Linux

/// Returns 0, or -1 if there is no such process.
int baton_process_read(int32_t pid, struct baton_process *process);

/// Sends SIGKILL to the process, unless its number belongs to another by now. Returns 0, or -1 with errno.
int baton_process_kill(const struct baton_process *process);

#endif
