// Buffers, clocks and small files.

#include "supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

void *allocate(size_t size) {
    return memset(reallocate(NULL, size), 0, size);
}

void *reallocate(void *block, size_t size) {
    void *result = realloc(block, size ? size : 1);
    if (!result) {
        // The journal and the cgroups hold all that the next orchestrator needs.
        note("no memory for %zu bytes", size);
        _exit(70);
    }
    return result;
}

void buffer_append(struct buffer *buffer, const void *bytes, size_t length) {
    if (buffer->length + length > buffer->capacity) {
        size_t capacity = buffer->capacity ? buffer->capacity : 4096;
        while (capacity < buffer->length + length) capacity *= 2;
        buffer->bytes = reallocate(buffer->bytes, capacity);
        buffer->capacity = capacity;
    }
    if (bytes) memcpy(buffer->bytes + buffer->length, bytes, length);
    buffer->length += length;
}

void buffer_consume(struct buffer *buffer, size_t length) {
    buffer->length -= length;
    if (buffer->length) memmove(buffer->bytes, buffer->bytes + length, buffer->length);
    if (buffer->length == 0 && buffer->capacity > (1 << 20)) {
        free(buffer->bytes);
        *buffer = (struct buffer){0};
    }
}

uint64_t clock_now(int clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return (uint64_t)time.tv_sec * SECOND + (uint64_t)time.tv_nsec;
}

uint64_t monotonic_now(void) {
    return clock_now(CLOCK_MONOTONIC);
}

void note(const char *format, ...) {
    int file = open("supervisor.log", O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
    if (file < 0) return;
    time_t now = time(NULL);
    struct tm utc;
    char stamp[32];
    strftime(stamp, sizeof stamp, "%FT%TZ", gmtime_r(&now, &utc));
    dprintf(file, "%s ", stamp);
    va_list arguments;
    va_start(arguments, format);
    vdprintf(file, format, arguments);
    va_end(arguments);
    dprintf(file, "\n");
    close(file);
}

bool write_text(const char *path, const char *text) {
    int file = open(path, O_WRONLY | O_CLOEXEC);
    if (file < 0) return false;
    ssize_t written = write(file, text, strlen(text));
    int error = errno;
    close(file);
    errno = error;
    return written == (ssize_t)strlen(text);
}

ssize_t read_text(const char *path, char *text, size_t size) {
    text[0] = 0;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return -1;
    size_t length = 0;
    ssize_t part;
    while (length < size - 1 && (part = read(file, text + length, size - 1 - length)) > 0) length += (size_t)part;
    close(file);
    text[length] = 0;
    return (ssize_t)length;
}

bool has_word(const char *text, const char *word) {
    size_t length = strlen(word);
    for (const char *at = text; (at = strstr(at, word)); at += length) {
        bool begins = at == text || strchr(" ,\n", at[-1]);
        bool ends = at[length] == 0 || strchr(" ,\n", at[length]);
        if (begins && ends) return true;
    }
    return false;
}

uint64_t field(const char *text, const char *name) {
    size_t length = strlen(name);
    for (const char *line = text; line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
        if (strncmp(line, name, length) == 0 && line[length] == ' ') return strtoull(line + length, NULL, 10);
    }
    return 0;
}
