// attempts.journal: what is known of each attempt even when nobody is left who saw it.

#include "supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define RETRY_INTERVAL SECOND

static int file = -1;
static off_t file_size;                             // whole records only
static struct baton_journal_record *unwritten;      // in order; the file did not take them
static size_t unwritten_count;
static uint64_t retry_time = NEVER;

// Attempts that ended in our life: key to the place of its record, open addressing. 16 bytes each, not a record each.
static struct { uint64_t key, place; } *ended_table; // place: offset + 1, 0 means free
static size_t ended_count, ended_capacity;

bool journal_open(void) {
    file = open(BATON_ATTEMPT_JOURNAL, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
    struct stat status;
    if (file < 0 || fstat(file, &status) < 0) return false;
    // A predecessor that was killed while it wrote leaves a torn record; ours must start at a record's boundary.
    file_size = status.st_size - status.st_size % (off_t)sizeof(struct baton_journal_record);
    if (file_size != status.st_size && ftruncate(file, file_size) < 0) return false;
    return true;
}

struct baton_journal_record journal_record(uint32_t kind, const void *payload, size_t size) {
    struct baton_journal_record record = {.magic = BATON_JOURNAL_MAGIC, .kind = kind};
    memcpy(record.payload, payload, size);
    record.checksum = baton_journal_checksum(&record);
    return record;
}

bool journal_write_record(const struct baton_journal_record *record) {
    ssize_t written = write(file, record, sizeof *record);
    if (written == (ssize_t)sizeof *record) {
        file_size += written;
        return true;
    }
    if (written > 0) {
        while (ftruncate(file, file_size) < 0 && errno == EINTR) continue;
    }
    return false;
}

void journal_keep(const struct baton_journal_record *record) {
    if (unwritten_count == 0) {
        note("the journal cannot be written: records are kept in memory");
        retry_time = monotonic_now() + RETRY_INTERVAL;
    }
    unwritten = reallocate(unwritten, (unwritten_count + 1) * sizeof *unwritten);
    unwritten[unwritten_count++] = *record;
}

static size_t table_index(uint64_t key) {
    uint64_t hash = key * UINT64_C(0x9e3779b97f4a7c15);
    size_t index = (hash >> 20) & (ended_capacity - 1);
    while (ended_table[index].place && ended_table[index].key != key) index = (index + 1) & (ended_capacity - 1);
    return index;
}

static void table_set(uint64_t key, uint64_t place) {
    if ((ended_count + 1) * 4 > ended_capacity * 3) {
        size_t old_capacity = ended_capacity;
        __typeof__(ended_table) old = ended_table;
        ended_capacity = old_capacity ? old_capacity * 2 : 256;
        ended_table = allocate(ended_capacity * sizeof *ended_table);
        for (size_t i = 0; i < old_capacity; i++) {
            if (old[i].place) ended_table[table_index(old[i].key)] = old[i];
        }
        free(old);
    }
    size_t index = table_index(key);
    if (!ended_table[index].place) ended_count++;
    ended_table[index].key = key;
    ended_table[index].place = place;
}

void journal_ended(const struct baton_ended *ended) {
    struct baton_journal_record record = journal_record(BATON_JOURNAL_ENDED, ended, sizeof *ended);
    uint64_t place = (uint64_t)file_size + 1;
    if (unwritten_count == 0 && journal_write_record(&record)) {
        table_set(ended->key, place);
    } else {
        journal_keep(&record);  // in order: an attempt's end must not precede its start
    }
}

void journal_retry(uint64_t now) {
    if (now < retry_time) return;
    size_t done = 0;
    for (; done < unwritten_count; done++) {
        uint64_t place = (uint64_t)file_size + 1;
        if (!journal_write_record(&unwritten[done])) break;
        struct baton_ended ended;
        memcpy(&ended, unwritten[done].payload, sizeof ended);
        if (unwritten[done].kind == BATON_JOURNAL_ENDED) table_set(ended.key, place);
    }
    unwritten_count -= done;
    memmove(unwritten, unwritten + done, unwritten_count * sizeof *unwritten);
    retry_time = unwritten_count ? now + RETRY_INTERVAL : NEVER;
    if (!unwritten_count) note("the journal is written again");
}

uint64_t journal_retry_time(void) {
    return retry_time;
}

bool journal_ended_before(uint64_t key, struct baton_ended *ended) {
    for (size_t i = 0; i < unwritten_count; i++) {
        memcpy(ended, unwritten[i].payload, sizeof *ended);
        if (unwritten[i].kind == BATON_JOURNAL_ENDED && ended->key == key) return true;
    }
    if (!ended_capacity) return false;
    size_t index = table_index(key);
    if (!ended_table[index].place) return false;
    struct baton_journal_record record;
    ssize_t size = pread(file, &record, sizeof record, (off_t)ended_table[index].place - 1);
    memcpy(ended, record.payload, sizeof *ended);
    if (size != (ssize_t)sizeof record || record.checksum != baton_journal_checksum(&record)) {
        // Somebody spoilt the file. That it ended is certain still: it must not run again.
        note("the record of attempt %llu cannot be read back", (unsigned long long)key);
        *ended = (struct baton_ended){.key = key, .launch_errno = EIO};
    }
    return true;
}

void journal_each_unwritten(void (*report)(const struct baton_ended *)) {
    for (size_t i = 0; i < unwritten_count; i++) {
        struct baton_ended ended;
        memcpy(&ended, unwritten[i].payload, sizeof ended);
        if (unwritten[i].kind == BATON_JOURNAL_ENDED) report(&ended);
    }
}
