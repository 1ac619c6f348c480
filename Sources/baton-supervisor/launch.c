// One process, made as cheaply as the kernel allows: vfork, a handful of system calls in our memory, execve.

#include "supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static int oom_score_file = -1;
static int oom_score;                    // our own, inherited by whatever we launch
static struct rlimit descriptor_limit;   // as we found it, and as tasks get it
static sigset_t no_signals;

void launch_prepare(void) {
    sigemptyset(&no_signals);
    getrlimit(RLIMIT_NOFILE, &descriptor_limit);
    struct rlimit all = {descriptor_limit.rlim_max, descriptor_limit.rlim_max};
    setrlimit(RLIMIT_NOFILE, &all);

    // Under memory pressure the kernel should take a task: we are what knows how it ended. Only root may ask for it.
    oom_score_file = open("/proc/self/oom_score_adj", O_RDWR | O_CLOEXEC);
    char text[16];
    if (oom_score_file >= 0 && pwrite(oom_score_file, "-900", 4, 0) == 4) {
        oom_score = -900;
    } else if (read_text("/proc/self/oom_score_adj", text, sizeof text) > 0) {
        sscanf(text, "%d", &oom_score);
    }
}

static void set_oom_score(int score) {
    char text[16];
    int length = snprintf(text, sizeof text, "%d", score);
    if (pwrite(oom_score_file, text, (size_t)length, 0) != length) return;  // not permitted: as inherited
}

// What the new process does. It shares our memory and we sleep until it has executed or ended, so no allocation, no
// buffered output, nothing that leaves a trace in our state but what `plan` carries back.
_Noreturn static void become(struct launch *plan) {
    if (plan->tracer) {
        // The tracer is to stay outside: the program goes through the doors later, by trace_enter.
        for (int i = 0; i < plan->door_count; i++) fcntl(plan->doors[i], F_SETFD, 0);
    } else {
        // "0": whoever writes. A process that stays outside is measured by sampling.
        if (plan->door_count && write(plan->doors[0], "0", 1) != 1) plan->outside = true;
        for (int i = 1; i < plan->door_count && !plan->outside; i++) {
            if (write(plan->doors[i], "0", 1) != 1) continue;
        }
    }
    setsid();

    plan->started.pid = getpid();
    plan->started.boot_nanoseconds = clock_now(CLOCK_BOOTTIME);
    plan->started.unix_nanoseconds = clock_now(CLOCK_REALTIME);
    struct baton_journal_record record = journal_record(BATON_JOURNAL_STARTED, &plan->started, sizeof plan->started);
    plan->unwritten = !journal_write_record(&record);

    const int flags = O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC;
    plan->step = BATON_LAUNCH_OUTPUT;
    if (*plan->output) {
        int file = plan->pipes[0] ? plan->pipes[0] : open(plan->output, flags, 0644);
        if (file < 0 || dup2(file, STDOUT_FILENO) < 0) goto failed;
    }
    plan->step = BATON_LAUNCH_ERROR;
    if (*plan->error) {
        int file = plan->pipes[1] ? plan->pipes[1] : open(plan->error, flags, 0644);
        if (file < 0 || dup2(file, STDERR_FILENO) < 0) goto failed;
    } else if (dup2(STDOUT_FILENO, STDERR_FILENO) < 0) goto failed;

    plan->step = BATON_LAUNCH_DIRECTORY;
    if (*plan->directory && chdir(plan->directory) < 0) goto failed;

    plan->step = BATON_LAUNCH_EXECUTE;
    setrlimit(RLIMIT_NOFILE, &descriptor_limit);
    sigprocmask(SIG_SETMASK, &no_signals, NULL);
    if (plan->tracer && plan->program) {
        // What execve would refuse is found out here, as long as it can be told as a failure to start.
        struct stat status;
        if (stat(plan->program, &status) < 0 || access(plan->program, X_OK) < 0) goto failed;
        errno = EACCES;
        if (!S_ISREG(status.st_mode)) goto failed;
        execve(plan->tracer[0], plan->tracer, plan->environment);
    } else if (plan->program) {
        execve(plan->program, plan->arguments, plan->environment);
        if (errno == ENOEXEC) {
            // A script without #!: the shell runs it, as execvp and make would have it.
            char *first = plan->arguments[0];
            plan->arguments[0] = (char *)plan->program;
            plan->arguments[-1] = "sh";
            execve("/bin/sh", plan->arguments - 1, plan->environment);
            plan->arguments[0] = first;
        }
    } else {
        errno = ENOENT;
    }
failed:
    plan->failure = errno;
    _exit(127);
}

// Alone in its frame: the new process writes on the same stack.
static __attribute__((noinline)) pid_t make_process(struct launch *plan) {
    pid_t pid = vfork();
    if (pid == 0) become(plan);
    return pid;
}

void launch(struct launch *plan) {
    if (plan->failure) return;
    bool other_score = oom_score_file >= 0 && plan->oom_score_adj != oom_score;
    // Set on ourselves for the moment of the fork, inherited: a third of what opening the child's own file costs.
    if (other_score) set_oom_score(plan->oom_score_adj);
    plan->step = BATON_LAUNCH_FORK;
    pid_t pid = make_process(plan);
    int error = errno;
    if (other_score) set_oom_score(oom_score);
    if (pid < 0) {
        plan->started.pid = 0;
        plan->failure = error;
    }
    if (!plan->failure) plan->step = BATON_LAUNCH_DONE;
    if (plan->unwritten) {
        struct baton_journal_record record = journal_record(BATON_JOURNAL_STARTED, &plan->started, sizeof plan->started);
        journal_keep(&record);
    }
}
