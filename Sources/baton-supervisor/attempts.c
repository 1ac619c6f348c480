// The life of an attempt: started, sampled now and then, perhaps stopped, reaped, its tree cleared, reported.

#include "cgroup.h"
#include "supervisor.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define FIRST_SAMPLE (100 * MILLISECOND)     // shorter tasks are never sampled: they cost nothing
#define LONGEST_INTERVAL SECOND
#define LEFTOVER_GRACE (500 * MILLISECOND)   // between SIGTERM and SIGKILL for what a task leaves behind
#define KILL_INTERVAL (20 * MILLISECOND)     // SIGKILL is repeated: somebody may have forked in between
#define SURRENDER (10 * SECOND)              // a process in an uninterruptible call must not hold up its run

struct attempt *attempts;
static size_t unexited;                      // top processes that were not reaped yet
static struct processes scratch;             // children or members, of whoever asked last
static uint64_t wipe_time;

static struct attempt *find_key(uint64_t key) {
    struct attempt *attempt = attempts;
    while (attempt && attempt->key != key) attempt = attempt->next;
    return attempt;
}

// Starting

static bool take_strings(char **at, const char *end, char **strings, size_t count) {
    for (size_t i = 0; i < count; i++) {
        char *stop = *at < end ? memchr(*at, 0, (size_t)(end - *at)) : NULL;
        if (!stop) return false;
        strings[i] = *at;
        *at = stop + 1;
    }
    return true;
}

// What the task prints and hands on reaches its files only without secrets.
static void mask_output(struct attempt *attempt, struct launch *plan, char **variables, size_t count) {
    const char *paths[] = {plan->output, plan->error};
    for (int i = 0; i < 2 && !plan->failure; i++) {
        if (!*paths[i] || (attempt->masked[i] = masked_log_open(paths[i], &plan->pipes[i]))) continue;
        plan->failure = errno;
        plan->step = i == 0 ? BATON_LAUNCH_OUTPUT : BATON_LAUNCH_ERROR;
    }
    const size_t length = strlen(BATON_OUTPUT_VARIABLE "=");
    for (size_t i = 0; i < count; i++) {
        if (strncmp(variables[i], BATON_OUTPUT_VARIABLE "=", length)) continue;
        free(attempt->values);
        attempt->values = strcpy(allocate(strlen(variables[i])), variables[i] + length);
    }
}

bool attempt_start(const struct baton_start *order, char *strings, size_t length) {
    // No more strings than bytes: a hostile count must not make us allocate.
    if (order->arguments == 0) return false;
    if ((uint64_t)order->arguments + order->environment + order->tracer > length) return false;
    static char **vector;
    static size_t capacity;
    size_t needed = 6 + (size_t)order->arguments + order->environment + order->tracer;
    if (needed > capacity) vector = reallocate(vector, (capacity = needed * 2) * sizeof *vector);
    char *head[3], **arguments = vector + 1, **extra = arguments + order->arguments + 1, *at = strings;
    char **tracer = extra + order->environment + 1;
    if (!take_strings(&at, strings + length, head, 3) ||
        !take_strings(&at, strings + length, tracer, order->tracer) ||
        !take_strings(&at, strings + length, arguments, order->arguments) ||
        !take_strings(&at, strings + length, extra, order->environment)) return false;
    arguments[order->arguments] = NULL;

    struct baton_ended before;
    if (find_key(order->key)) return true;
    if (journal_ended_before(order->key, &before)) {
        report(BATON_REPORT_ENDED, &before, sizeof before, true);
        return true;
    }

    struct attempt *attempt = allocate(sizeof *attempt);
    attempt->key = order->key;
    attempt->traced = order->tracer > 0;
    attempt->slot = meter == BATON_METER_SAMPLING ? NULL : slot_acquire(order->memory_limit, order->milli_cpu);
    int doors[SLOT_DOORS];
    size_t variables = order->environment;
    if (order->tracer) extra[variables++] = BATON_TRACER_VARIABLE "=1";
    char **environment = environment_build(run_name, order->key, extra, variables);
    struct launch plan = {
        .program = environment_find_program(arguments[0], environment),
        .directory = head[0], .output = head[1], .error = head[2],
        .arguments = arguments, .environment = environment,
        .doors = doors, .door_count = attempt->slot ? slot_doors(attempt->slot, doors) : 0,
        .oom_score_adj = order->oom_score_adj,
        .started = {.key = order->key},
    };
    if (order->tracer && plan.program) {
        plan.tracer = trace_command(tracer, order->tracer, plan.program, arguments, doors, plan.door_count);
    }
    for (int i = 0; i < 2; i++) {
        log_prepare(head[i + 1]);
        attempt->logs[i] = strcpy(allocate(strlen(head[i + 1]) + 1), head[i + 1]);
    }
    if (mask_is_needed()) mask_output(attempt, &plan, extra, order->environment);
    attempt->start_time = monotonic_now();
    launch(&plan);
    for (int i = 0; i < 2; i++) {
        if (plan.pipes[i]) close(plan.pipes[i]);
    }
    attempt->started = plan.started;
    attempt->pid = plan.started.pid;
    attempt->ended = (struct baton_ended){.key = order->key, .launch_errno = plan.failure, .launch_step = (uint8_t)plan.step};
    attempt->kill_time = attempt->surrender_time = NEVER;
    attempt->sample_interval = FIRST_SAMPLE;
    attempt->sample_time = attempt->start_time + FIRST_SAMPLE;
    if (plan.outside) {
        note("attempt %llu could not enter its cgroup: it is sampled", (unsigned long long)order->key);
        slot_retire(attempt->slot);
        attempt->slot = NULL;
    }
    attempt->next = attempts;
    attempts = attempt;
    if (attempt->pid == 0) {
        attempt->exited = true;  // nothing was made
        attempt_end(attempt);
        return true;
    }
    unexited++;
    if (!plan.failure) report(BATON_REPORT_STARTED, &attempt->started, sizeof attempt->started, false);
    return true;
}

// Ending a tree

static void list_members(struct attempt *attempt) {
    scratch.count = 0;
    if (attempt->slot) {
        slot_members(attempt->slot, &scratch);
    } else {
        tree_scan();
        tree_members(attempt, &scratch);
    }
}

static void signal_members(struct attempt *attempt, int signal) {
    if (signal == SIGKILL && attempt->slot && slot_kill(attempt->slot)) return;
    list_members(attempt);
    for (size_t i = 0; i < scratch.count; i++) {
        kill(scratch.pids[i], signal);
        if (signal == SIGTERM) kill(scratch.pids[i], SIGCONT);  // a stopped process would never see it
    }
}

static void kill_members(struct attempt *attempt, uint64_t now) {
    signal_members(attempt, SIGKILL);
    attempt->signalled = true;
    if (attempt->surrender_time == NEVER) attempt->surrender_time = now + SURRENDER;
    attempt->kill_time = now + (now < attempt->surrender_time ? KILL_INTERVAL : LONGEST_INTERVAL);
}

void attempt_stop(const struct baton_stop *order) {
    struct attempt *attempt = find_key(order->key);
    struct baton_ended before;
    if (!attempt) {
        if (journal_ended_before(order->key, &before)) report(BATON_REPORT_ENDED, &before, sizeof before, true);
        return;
    }
    uint64_t now = monotonic_now();
    if (!attempt->exited) attempt->stopped = true;
    if (order->grace_milliseconds == 0) {
        kill_members(attempt, now);
        return;
    }
    signal_members(attempt, SIGTERM);
    uint64_t kill_time = now + order->grace_milliseconds * MILLISECOND;
    if (kill_time < attempt->kill_time) attempt->kill_time = kill_time;
}

static void credit(struct usage *usage, const struct rusage *by) {
    usage->user_us += (uint64_t)by->ru_utime.tv_sec * 1000000 + (uint64_t)by->ru_utime.tv_usec;
    usage->system_us += (uint64_t)by->ru_stime.tv_sec * 1000000 + (uint64_t)by->ru_stime.tv_usec;
    uint64_t largest = (uint64_t)by->ru_maxrss * 1024;
    if (largest > usage->largest_process) usage->largest_process = largest;
    usage->read_bytes += (uint64_t)by->ru_inblock * 512;  // the kernel counts bytes and shifts them into blocks
    usage->written_bytes += (uint64_t)by->ru_oublock * 512;
}

static void settle_figures(struct attempt *attempt) {
    struct baton_ended *ended = &attempt->ended;
    const struct usage *reaped = &attempt->reaped;
    ended->user_microseconds = reaped->user_us;
    ended->system_microseconds = reaped->system_us;
    ended->read_bytes = reaped->read_bytes;
    ended->written_bytes = reaped->written_bytes;
    ended->stopped = attempt->stopped;
    ended->peak_bytes = reaped->largest_process > attempt->sampled_peak ? reaped->largest_process : attempt->sampled_peak;
    if (attempt->slot) {
        ended->meter = (uint8_t)meter;
        slot_finish(attempt->slot, ended, attempt->traced);
    } else {
        ended->meter = BATON_METER_SAMPLING;
        int status = ended->wait_status;
        bool killed = (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) ||
                      (WIFEXITED(status) && WEXITSTATUS(status) == 128 + SIGKILL);
        // The counter is everybody's: only who was killed by another hand than ours may have been meant.
        if (killed && !attempt->signalled) ended->oom_kills = enclosing_oom_kills() > 0;
    }
}

void attempt_end(struct attempt *attempt) {
    for (int i = 0; i < 2; i++) {
        if (attempt->masked[i]) masked_log_close(attempt->masked[i]);
    }
    if (attempt->values) mask_file(attempt->values);
    free(attempt->values);
    settle_figures(attempt);
    if (attempt->slot) {
        // What strays did to the folder (or do still) is not known: another attempt gets a fresh one.
        if (attempt->signalled) slot_retire(attempt->slot); else slot_release(attempt->slot);
    }
    if (attempt->ended.unix_nanoseconds == 0) attempt->ended.unix_nanoseconds = clock_now(CLOCK_REALTIME);
    journal_ended(&attempt->ended);
    report(BATON_REPORT_ENDED, &attempt->ended, sizeof attempt->ended, true);
    struct attempt **link = &attempts;
    while (*link != attempt) link = &(*link)->next;
    *link = attempt->next;
    // A stray may still hold them: then they stay with this attempt.
    for (int i = 0; i < 2; i++) attempt->signalled ? free(attempt->logs[i]) : log_finish(attempt->logs[i]);
    free(attempt);
}

// Whatever a dead process leaves is adopted by us, so when we have no other children than top processes all is well.
static bool has_leftovers(struct attempt *attempt) {
    if (tree_children(&scratch) && scratch.count == unexited) return false;
    list_members(attempt);
    return scratch.count > 0;
}

static void settle(struct attempt *attempt, uint64_t now) {
    if (!has_leftovers(attempt)) {
        attempt_end(attempt);
    } else if (!attempt->signalled) {
        attempt->signalled = true;
        signal_members(attempt, SIGTERM);
        uint64_t kill_time = now + LEFTOVER_GRACE;
        if (kill_time < attempt->kill_time) attempt->kill_time = kill_time;
    }
}

void attempts_reap(void) {
    uint64_t now = 0;
    bool some_exited = false;
    siginfo_t child;
    while (child.si_pid = 0, waitid(P_ALL, 0, &child, WEXITED | WNOHANG | WNOWAIT) == 0 && child.si_pid) {
        struct attempt *attempt = attempts;
        while (attempt && attempt->pid != child.si_pid) attempt = attempt->next;
        bool top = attempt && !attempt->exited;
        if (!top) {
            pid_t session = getsid(child.si_pid);  // must be asked while it is unreaped
            for (attempt = attempts; attempt && attempt->pid != session;) attempt = attempt->next;
        }
        int status = 0;
        struct rusage usage;
        if (wait4(child.si_pid, &status, 0, &usage) < 0) continue;
        some_exited = true;
        if (attempt) credit(&attempt->reaped, &usage);
        if (!top) continue;
        now = monotonic_now();
        attempt->exited = true;
        unexited--;
        attempt->ended.unix_nanoseconds = clock_now(CLOCK_REALTIME);
        attempt->ended.wall_nanoseconds = now - attempt->start_time;
        if (!attempt->ended.launch_errno) attempt->ended.wait_status = status;
    }
    if (!some_exited) return;
    if (!now) now = monotonic_now();
    for (struct attempt *attempt = attempts, *next; attempt; attempt = next) {
        next = attempt->next;
        if (attempt->exited) settle(attempt, now);
    }
}

// Time passing

static void sample(struct attempt *attempt, uint64_t now) {
    struct baton_usage usage = {.key = attempt->key};
    if (attempt->slot) {
        slot_sample(attempt->slot, attempt->reaped.largest_process, attempt->sampled_peak, &usage);
        if (usage.current_bytes > attempt->sampled_peak) attempt->sampled_peak = usage.current_bytes;
    } else {
        usage.current_bytes = attempt->sampled_bytes;
        usage.cpu_microseconds = attempt->sampled_cpu_us + attempt->reaped.user_us + attempt->reaped.system_us;
        usage.peak_bytes = attempt->sampled_peak;
    }
    report(BATON_REPORT_USAGE, &usage, sizeof usage, true);
    attempt->sample_interval *= 2;
    if (attempt->sample_interval > LONGEST_INTERVAL) attempt->sample_interval = LONGEST_INTERVAL;
    attempt->sample_time = now + attempt->sample_interval;
}

void attempts_tick(uint64_t now) {
    bool scanned = false;
    for (struct attempt *attempt = attempts, *next; attempt; attempt = next) {
        next = attempt->next;
        if (now >= attempt->kill_time) kill_members(attempt, now);
        if (attempt->exited && now >= attempt->surrender_time) {
            note("processes of attempt %llu outlive SIGKILL: given up", (unsigned long long)attempt->key);
            attempt_end(attempt);
            continue;
        }
        // A member that was no child of ours when it died told us nothing: look for ourselves.
        if (attempt->exited && attempt->surrender_time != NEVER) {
            settle(attempt, now);
            continue;
        }
        if (attempt->exited || now < attempt->sample_time) continue;
        if (!attempt->slot && !scanned) {
            tree_scan();
            scanned = true;
        }
        sample(attempt, now);
    }
}

uint64_t attempts_wake_time(void) {
    uint64_t time = attempts ? NEVER : wipe_time ? wipe_time : NEVER;
    for (struct attempt *attempt = attempts; attempt; attempt = attempt->next) {
        if (!attempt->exited && attempt->sample_time < time) time = attempt->sample_time;
        if (attempt->kill_time < time) time = attempt->kill_time;
        if (attempt->exited && attempt->surrender_time < time) time = attempt->surrender_time;
    }
    return time;
}

static void report_ended(const struct baton_ended *ended) {
    report(BATON_REPORT_ENDED, ended, sizeof *ended, true);
}

void attempts_list(void) {
    journal_each_unwritten(report_ended);  // the reader of the journal would miss these
    for (struct attempt *attempt = attempts; attempt; attempt = attempt->next) {
        report(BATON_REPORT_RUNNING, &attempt->started, sizeof attempt->started, true);
    }
}

bool attempts_wipe_strays(void) {
    if (!tree_children(&scratch)) return true;
    for (size_t i = 0; i < scratch.count; i++) kill(scratch.pids[i], SIGKILL);
    wipe_time = monotonic_now() + KILL_INTERVAL;
    return scratch.count == 0;
}
