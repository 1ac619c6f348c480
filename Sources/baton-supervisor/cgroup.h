// Control groups: one folder per running attempt, taken from a pool and put back, so that an attempt pays no mkdir.

#ifndef CGROUP_H
#define CGROUP_H

#include "supervisor.h"

#define SLOT_DOORS 3

/// What the two versions call the same things.
struct cgroup_words {
    const char *peak, *limit, *no_limit, *swap_limit, *swap_limited, *no_swap_limit, *events, *statistics;
    const char *anonymous, *shared, *cache;   // in statistics; cache contains shared
    const char *cpu, *cpu_field;              // field NULL: the file is one number
    uint64_t cpu_unit;                        // nanoseconds
    const char *weight;
    uint64_t weight_per_cpu;
    const char *kill;                         // NULL: process by process
    const char *door;                         // where a process without threads puts itself inside
};

extern const struct cgroup_words *words;
extern char memory_base[4096], cpu_usage_base[4096], weight_base[4096];  // this run's folders; empty: none

uint32_t cgroup_open(uint64_t memory_limit);   // chooses the level, makes the run's folders
void cgroup_close(void);                       // removes them
bool cgroup_remove(const char *path);          // and what is below
uint64_t enclosing_oom_kills(void);            // since the last call, as seen by whoever has no cgroup

// cgroup_slot.c

struct slot *slot_acquire(uint64_t memory_limit, uint32_t milli_cpu);  // NULL: none can be made
int slot_doors(const struct slot *slot, int *doors);
void slot_members(const struct slot *slot, struct processes *members);
bool slot_kill(const struct slot *slot);       // false: signal the members
void slot_sample(const struct slot *slot, uint64_t largest_process, uint64_t sampled_peak, struct baton_usage *usage);
// Refines CPU and peak, adds OOM kills. What a traced task's process did as the tracer's is not counted in here.
void slot_finish(struct slot *slot, struct baton_ended *ended, bool traced);
void slot_release(struct slot *slot);
void slot_retire(struct slot *slot);

#endif
