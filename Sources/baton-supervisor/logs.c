// Log files. A new file is the dearest part of a short task, above all where many files were deleted shortly before, and
// most tasks leave one of their two logs empty. So an empty log is handed on: it takes the name of the next attempt's, and
// a log that is missing is one that nothing was written to.

#include "supervisor.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { SPARE_LOGS = 16 };
static char *spares[SPARE_LOGS];
static int spare_count;

void log_prepare(const char *path) {
    if (!*path || spare_count == 0) return;
    char *spare = spares[--spare_count];
    (void)rename(spare, path);  // if it fails, the log is made when it is opened
    free(spare);
}

void log_finish(char *path) {
    struct stat status;
    bool is_empty = stat(path, &status) == 0 && S_ISREG(status.st_mode) && status.st_size == 0;
    if (is_empty && status.st_nlink == 1 && spare_count < SPARE_LOGS) {
        spares[spare_count++] = path;
    } else {
        free(path);
    }
}
