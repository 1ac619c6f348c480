// Secrets: what no log may hold. Each is known as it is, and one of several lines also line by line, for programs indent
// and cut what they print.

#include "supervisor.h"

#include <stdlib.h>
#include <string.h>

#define SHORTEST_LINE 4  // a shorter line of a longer secret (a brace, "==") stands everywhere and tells nothing

static struct secret { char *bytes; size_t length; } *secrets;
static size_t secret_count;
static bool begins[256];  // first bytes of secrets: most of what is printed is passed over by them

static void add(const char *bytes, size_t length) {
    for (size_t i = 0; i < secret_count; i++) {
        if (secrets[i].length == length && memcmp(secrets[i].bytes, bytes, length) == 0) return;
    }
    secrets = reallocate(secrets, (secret_count + 1) * sizeof *secrets);
    secrets[secret_count] = (struct secret){memcpy(allocate(length), bytes, length), length};
    begins[(unsigned char)bytes[0]] = true;
    secret_count++;
}

void mask_add(const char *strings, size_t length) {
    for (const char *value = strings, *end = strings + length; value < end;) {
        const char *stop = memchr(value, 0, (size_t)(end - value));
        if (!stop) return;
        const char *next = stop + 1;
        while (stop > value && (stop[-1] == '\n' || stop[-1] == '\r')) stop--;  // as $(...) drops them
        if (stop > value) add(value, (size_t)(stop - value));
        for (const char *line = value, *line_end; line < stop; line = line_end + 1) {
            line_end = memchr(line, '\n', (size_t)(stop - line));
            if (!line_end) line_end = stop;
            if (line_end - line >= SHORTEST_LINE) add(line, (size_t)(line_end - line));
        }
        value = next;
    }
}

bool mask_is_needed(void) { return secret_count > 0; }

size_t mask(const char *bytes, size_t length, bool is_end, struct buffer *masked) {
    size_t at = 0, plain = 0;
    while (at < length) {
        if (!begins[(unsigned char)bytes[at]]) {
            at++;
            continue;
        }
        size_t found = 0, left = length - at;
        bool may_go_on = false;
        for (size_t i = 0; i < secret_count; i++) {
            const struct secret *secret = &secrets[i];
            size_t common = secret->length < left ? secret->length : left;
            if (secret->length <= found || memcmp(secret->bytes, bytes + at, common) != 0) continue;
            if (common == secret->length) found = common; else may_go_on = true;
        }
        if (may_go_on && !is_end) break;
        if (found) {
            buffer_append(masked, bytes + plain, at - plain);
            buffer_append(masked, "***", 3);
            plain = at + found;
        }
        at += found ? found : 1;
    }
    buffer_append(masked, bytes + plain, at - plain);
    return at;
}
