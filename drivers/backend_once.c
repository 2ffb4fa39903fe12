#include "backend_once.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "str.h"

/* One loop, one child:
 *
 *     document -> pipe -> the real backend      how much it has taken: what we put in,
 *     stderr   <- pipe <-'                      less what still lies in the pipe
 *
 * The real backend's messages go on to cupsd; that one is gone after a crash, so what
 * cannot be written there is dropped. */

enum {
    DOCUMENT_MAX = 64 * 1024 * 1024,
    LOCK_LOOK_MS = 50,
    DEAF_MS = 500, /* how long the real backend may take to hear that it is cancelled */
    FIRST_ENDS_MS = 1500, /* what a run that was told to end may take */
    WORDS_MAX = 120
};

enum {
    BACKEND_OK,
    BACKEND_FAILED,
    BACKEND_CANCEL = 5,
    BACKEND_RETRY,
    BACKEND_RETRY_CURRENT
};

struct once {
    char **argv;
    const char *real; /* the real device's URI */
    char program[ONCE_PATH_MAX + 1], dir[ONCE_PATH_MAX + 1];
    struct str document;
    struct once_claim claim;
    bool claimed;
    int signals;
    bool cancelled;
    /* the child */
    pid_t child;
    int data_in, data_out, messages;
    size_t fed;
    char line[1024]; /* of its messages, as far as it has come */
    size_t line_length;
    char words[WORDS_MAX + 1]; /* its last message */
};

/* ---- words ------------------------------------------------------------------ */

static void
put(const char *text, size_t length)
{
    ssize_t put_bytes = write(STDERR_FILENO, text, length); /* cupsd may be gone */
    (void)put_bytes;
}

/* cupsd keeps a job's last message, but none behind an error's, and none of a job that
 * completed if all were INFO. */
static void
say(const char *level, const char *word, const char *words)
{
    char line[256];
    int length = snprintf(line, sizeof line, "%s: " ONCE_WORDS "%s%s%s\n", level, word,
                          words[0] ? ": " : "", words);
    put(line, (size_t)length);
}

/* Errors become warnings: after one our last word would not be heard. */
static void
pass_line(struct once *once)
{
    static const char *const grave[] = { "ERROR:", "CRIT:", "ALERT:", "EMERG:" };
    char *line = once->line, *text = strchr(line, ':');
    bool tells = str_starts(line, "INFO:") || str_starts(line, "WARNING:");
    for (size_t i = 0; i < sizeof grave / sizeof *grave; i++) {
        if (!str_starts(line, grave[i]))
            continue;
        tells = true;
        put("WARNING", 7);
        line = text;
        break;
    }
    put(line, strlen(line));
    put("\n", 1);
    if (tells)
        str_copy(once->words, sizeof once->words, text + 1 + strspn(text + 1, " "));
}

static void
take_messages(struct once *once, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] != '\n' && once->line_length < sizeof once->line - 1) {
            once->line[once->line_length++] = bytes[i];
            continue;
        }
        once->line[once->line_length] = '\0';
        once->line_length = 0;
        pass_line(once);
    }
}

static void
read_messages(struct once *once)
{
    char piece[1024];
    ssize_t length;
    while ((length = read(once->messages, piece, sizeof piece)) > 0)
        take_messages(once, piece, (size_t)length);
    if (length == 0 || (length < 0 && errno != EAGAIN && errno != EINTR)) {
        close(once->messages);
        once->messages = -1; /* poll passes over it */
    }
}

/* ---- the document ----------------------------------------------------------- */

static bool
read_document(struct once *once, const char *path)
{
    int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : STDIN_FILENO;
    char piece[65536];
    ssize_t length = fd < 0 ? -1 : 0;
    str_init(&once->document, DOCUMENT_MAX);
    while (fd >= 0 && (length = read(fd, piece, sizeof piece)) > 0)
        str_add(&once->document, piece, (size_t)length);
    if (path && fd >= 0)
        close(fd);
    return length == 0 && str_ok(&once->document);
}

static uint64_t
hash(const struct str *bytes)
{
    uint64_t sum = 14695981039346656037u; /* FNV-1a: told apart, not kept secret */
    for (size_t i = 0; i < bytes->length; i++)
        sum = (sum ^ (unsigned char)bytes->data[i]) * 1099511628211u;
    return sum;
}

static size_t
taken(const struct once *once)
{
    int lies = 0;
    return ioctl(once->data_out, FIONREAD, &lies) == 0 ? once->fed - (size_t)lies
                                                       : once->fed;
}

static void
feed(struct once *once)
{
    size_t left = once->document.length - once->fed;
    ssize_t put_bytes = write(once->data_in, once->document.data + once->fed, left);
    if (put_bytes > 0)
        once->fed += (size_t)put_bytes;
    if (once->fed == once->document.length ||
        (put_bytes < 0 && errno != EAGAIN && errno != EINTR)) {
        close(once->data_in);
        once->data_in = -1;
    }
}

/* ---- the real backend ------------------------------------------------------- */

/* From its standard input "socket" reads a piece before it looks for its printer; from
 * a file named to it, only when it has it. */
static char *
document_of(const struct once *once, bool from_pipe)
{
    static char pipe_name[] = "/dev/fd/0";
    if (!from_pipe)
        return once->argv[6];
    return str_starts(once->real, "socket:") ? pipe_name : NULL;
}

static void
become_real(const struct once *once, bool from_pipe)
{
    char *args[] = { (char *)(uintptr_t)once->real,
                     once->argv[1],
                     once->argv[2],
                     once->argv[3],
                     once->argv[4],
                     once->argv[5],
                     document_of(once, from_pipe),
                     NULL };
    setenv("DEVICE_URI", once->real, 1);
    execv(once->program, args);
    fprintf(stderr, "ERROR: " ONCE_WORDS ONCE_NOTHING ": %s: %s\n", once->program,
            strerror(errno));
}

static void
be_child(const struct once *once, int data, int messages, pid_t parent)
{
    sigset_t none;
    sigemptyset(&none);
    signal(SIGPIPE, SIG_DFL);
    sigprocmask(SIG_SETMASK, &none, NULL);
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* it prints for no one else */
    if (getppid() != parent)
        _exit(BACKEND_FAILED);
    dup2(data, STDIN_FILENO);
    dup2(messages, STDERR_FILENO);
    if (once->claim.fd >= 0)
        fcntl(once->claim.fd, F_SETFD, 0); /* the lock lives as long as it does */
    become_real(once, true);
    _exit(BACKEND_FAILED);
}

static bool
start_child(struct once *once)
{
    int data[2], messages[2];
    pid_t parent = getpid();
    if (pipe2(data, O_CLOEXEC) != 0 || pipe2(messages, O_CLOEXEC) != 0)
        return false;
    once->data_out = data[0];
    once->data_in = data[1];
    once->messages = messages[0];
    once->child = fork();
    if (once->child == 0)
        be_child(once, data[0], messages[1], parent);
    close(messages[1]);
    fcntl(once->data_in, F_SETFL, O_NONBLOCK);
    fcntl(once->messages, F_SETFL, O_NONBLOCK);
    return once->child > 0;
}

/* A backend that looks for its printer may not hear. It has nothing to lose, and cupsd
 * does not wait for long until it ends us, unheard. */
static void
end_deaf_child(const struct once *once)
{
    if (taken(once) == 0)
        kill(once->child, SIGKILL);
}

/* What signals have come: TERM goes on to the child. */
static void
hear_signals(struct once *once)
{
    struct signalfd_siginfo info;
    while (read(once->signals, &info, sizeof info) == sizeof info) {
        if (info.ssi_signo != SIGTERM)
            continue;
        once->cancelled = true;
        if (once->child > 0)
            kill(once->child, SIGTERM);
    }
}

/* Feeds the child and passes its messages on until it ends; its exit code. */
static int
attend_child(struct once *once)
{
    for (int status;;) {
        struct pollfd wait[] = { { once->signals, POLLIN, 0 },
                                 { once->messages, POLLIN, 0 },
                                 { once->data_in, POLLOUT, 0 } };
        if (poll(wait, 3, once->cancelled ? DEAF_MS : -1) == 0)
            end_deaf_child(once);
        if (wait[2].revents)
            feed(once);
        if (wait[0].revents)
            hear_signals(once);
        if (wait[1].revents)
            read_messages(once);
        if (waitpid(once->child, &status, WNOHANG) != once->child)
            continue;
        if (once->messages >= 0)
            read_messages(once);
        return WIFEXITED(status) ? WEXITSTATUS(status) : BACKEND_FAILED;
    }
}

/* ---- what became of it ------------------------------------------------------ */

static int
end_sent(struct once *once)
{
    once_claim_sent(&once->claim);
    say("WARNING", ONCE_SENT, "");
    return BACKEND_OK;
}

/* Whatever the queue's error policy is, it neither tries again nor stops: kioskd does.
 */
static int
code_of(const struct once *once, int code)
{
    if (code == BACKEND_OK)
        return once->cancelled ? BACKEND_OK : BACKEND_CANCEL;
    bool retries = code == BACKEND_FAILED || code == BACKEND_RETRY ||
                   code == BACKEND_RETRY_CURRENT;
    return retries ? BACKEND_CANCEL : code;
}

static int
end_nothing(struct once *once, int code)
{
    once_claim_withdraw(&once->claim);
    say("ERROR", ONCE_NOTHING, once->words);
    return code_of(once, code);
}

static int
end_cut(struct once *once, int code)
{
    once_claim_let_go(&once->claim);
    say("ERROR", ONCE_CUT, once->words);
    return code_of(once, code);
}

static int
print(struct once *once)
{
    if (!start_child(once)) {
        if (once->claimed)
            once_claim_withdraw(&once->claim);
        say("ERROR", ONCE_NOTHING, strerror(errno));
        return BACKEND_FAILED;
    }
    int code = attend_child(once);
    size_t bytes = taken(once);
    if (!once->claimed)
        return code;
    /* who is cancelled may end well without having ended */
    if (code == BACKEND_OK && bytes == once->document.length && !once->cancelled)
        code = end_sent(once);
    else
        code = bytes == 0 ? end_nothing(once, code) : end_cut(once, code);
    once_claim_sweep(once->dir);
    return code;
}

static int64_t
now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The claim, when no other run has it any more. One that is cancelled meanwhile lets
 * the other know, and hears how that ended. */
static enum once_found
wait_for_claim(struct once *once)
{
    struct err err = { 0 };
    uint64_t document = hash(&once->document);
    for (int64_t until_ms = INT64_MAX; now_ms() < until_ms;) {
        enum once_found found =
            once_claim_take(&once->claim, once->dir, once->argv[3], document, &err);
        if (found == ONCE_NO_CLAIM)
            fprintf(stderr, "WARNING: printed without a claim: %s\n", err.text);
        if (found != ONCE_IS_BUSY)
            return found;
        struct pollfd wait = { once->signals, POLLIN, 0 };
        if (poll(&wait, 1, LOCK_LOOK_MS) == 1)
            hear_signals(once);
        if (once->cancelled && until_ms == INT64_MAX) {
            until_ms = now_ms() + FIRST_ENDS_MS;
            if (once->claim.owner > 1)
                kill(once->claim.owner, SIGTERM);
        }
    }
    return ONCE_WAS_CUT;
}

static int
print_once(struct once *once)
{
    switch (wait_for_claim(once)) {
    case ONCE_IS_OURS:
        once->claimed = true;
        return once->cancelled ? end_nothing(once, BACKEND_OK) : print(once);
    case ONCE_WAS_SENT:
        say("WARNING", ONCE_SENT, "by a former run");
        return BACKEND_OK;
    case ONCE_NO_CLAIM:
        return print(once);
    default:
        say("ERROR", ONCE_CUT, "a former run had begun it; it is not sent again");
        return BACKEND_CANCEL;
    }
}

/* ---- who is asked for ------------------------------------------------------- */

/* Names of ours can be file names. */
static bool
is_badge(const char *name)
{
    static const char good[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                               "0123456789-";
    size_t length = strlen(name);
    return str_starts(name, "kiosk-") && length < 128 && strspn(name, good) == length;
}

static bool
find_real(struct once *once)
{
    const char *uri = getenv("DEVICE_URI"), *bin = getenv("CUPS_SERVERBIN");
    const char *cache = getenv("CUPS_CACHEDIR");
    static const char good[] = "abcdefghijklmnopqrstuvwxyz0123456789+-.";
    if (!uri || !str_starts(uri, ONCE_SCHEME ":"))
        return false;
    once->real = uri + strlen(ONCE_SCHEME ":");
    size_t scheme = strspn(once->real, good);
    if (scheme == 0 || scheme > 63 || once->real[scheme] != ':' ||
        once->real[0] == '.' || str_starts(once->real, ONCE_SCHEME ":"))
        return false;
    snprintf(once->program, sizeof once->program, "%s/backend/%.*s",
             bin ? bin : "/usr/lib/cups", (int)scheme, once->real);
    snprintf(once->dir, sizeof once->dir, "%s/once", cache ? cache : "/var/cache/cups");
    return true;
}

static bool
watch_signals(struct once *once)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGCHLD);
    signal(SIGPIPE, SIG_IGN);
    once->signals = sigprocmask(SIG_BLOCK, &set, NULL) == 0
                        ? signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK)
                        : -1;
    return once->signals >= 0;
}

int
main(int argc, char **argv)
{
    struct once once = {
        .argv = argv, .claim.fd = -1, .data_in = -1, .data_out = -1, .messages = -1
    };
    if (argc == 1) {
        puts("direct " ONCE_SCHEME " \"Unknown\" \"Each badge once\" \"\"");
        return BACKEND_OK;
    }
    if (argc < 6 || argc > 7 || !find_real(&once)) {
        fprintf(stderr, "ERROR: want DEVICE_URI=" ONCE_SCHEME ":REAL-URI and "
                        "JOB USER TITLE COPIES OPTIONS [FILE]\n");
        return BACKEND_FAILED;
    }
    if (!is_badge(argv[3])) {
        become_real(&once, false);
        return BACKEND_FAILED;
    }
    if (!watch_signals(&once) || !read_document(&once, argc == 7 ? argv[6] : NULL) ||
        once.document.length == 0) {
        say("ERROR", ONCE_NOTHING, "the document is empty, or cannot be read");
        return BACKEND_FAILED;
    }
    int code = print_once(&once);
    str_finish(&once.document);
    return code;
}
