// What the command line needs beyond files: terminals, signals and other programs. See the header for what each function is.
#define _GNU_SOURCE
#include "CPosix.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

int cposix_isatty(int descriptor) { return isatty(descriptor); }

int cposix_reader_is_gone(int descriptor) {
    struct pollfd asked = {.fd = descriptor, .events = 0};
    return poll(&asked, 1, 0) == 1 && (asked.revents & (POLLERR | POLLHUP)) != 0;
}

void cposix_exit(int status) { exit(status); }

const char *cposix_getenv(const char *name) { return getenv(name); }

intptr_t cposix_terminal_columns(int descriptor) {
    struct winsize size;
    return ioctl(descriptor, TIOCGWINSZ, &size) != 0 ? -errno : size.ws_col;
}

// What a write can be killed by, and what that did before it was ignored here; SIG_ERR for never.
static struct {
    int number;
    void (*before)(int);
} write_signals[] = {{SIGPIPE, SIG_ERR}, {SIGXFSZ, SIG_ERR}};
enum { write_signal_count = sizeof write_signals / sizeof *write_signals };

intptr_t cposix_ignore_write_signals(void) {
    for (int index = 0; index < write_signal_count; index++) {
        void (*before)(int) = signal(write_signals[index].number, SIG_IGN);
        if (before == SIG_ERR) return -errno;
        // What a second call finds is its own doing.
        if (write_signals[index].before == SIG_ERR) write_signals[index].before = before;
    }
    return 0;
}

/// The words as a list that ends with NULL, to be freed; NULL without memory.
static const char **list_of_words(const char *words, size_t count) {
    const char **list = calloc(count + 1, sizeof *list);
    for (size_t index = 0; list != NULL && index < count; index++) {
        list[index] = words;
        words += strlen(words) + 1;
    }
    return list;
}

intptr_t cposix_execute(const char *words, size_t count) {
    const char **list = list_of_words(words, count);
    if (list == NULL) return -ENOMEM;
    // An ignored signal stays ignored in the program, which expects what whoever started this one had set.
    void (*ignored[write_signal_count])(int);
    for (int index = 0; index < write_signal_count; index++) {
        void (*before)(int) = write_signals[index].before;
        ignored[index] = before == SIG_ERR ? SIG_ERR : signal(write_signals[index].number, before);
    }
    execvp(list[0], (char *const *)list);
    int error = errno;
    for (int index = 0; index < write_signal_count; index++) {
        if (ignored[index] != SIG_ERR) signal(write_signals[index].number, ignored[index]);
    }
    free(list);
    return -error;
}

intptr_t cposix_run(const char *words, size_t count, int64_t *resident_bytes) {
    const char **list = list_of_words(words, count);
    if (list == NULL) return -ENOMEM;
    posix_spawn_file_actions_t actions;
    int error = posix_spawn_file_actions_init(&actions);
    if (error == 0) {
        error = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        if (error == 0) error = posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
        pid_t child = 0;
        if (error == 0) error = posix_spawnp(&child, list[0], &actions, NULL, (char *const *)list, environ);
        posix_spawn_file_actions_destroy(&actions);
        if (error == 0) {
            free(list);
            int status = 0;
            struct rusage usage = {0};
            while (wait4(child, &status, 0, &usage) < 0) {
                if (errno != EINTR) return -errno;
            }
#if defined(__APPLE__)
            *resident_bytes = usage.ru_maxrss;
#else
            *resident_bytes = (int64_t)usage.ru_maxrss * 1024;
#endif
            return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
        }
    }
    free(list);
    return -error;
}
