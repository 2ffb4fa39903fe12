#include "draw/jail.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sched.h>
#include <seccomp.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Sanitizers reserve terabytes and look at themselves through calls that no design
 * needs: their builds test the parsing, not the jail. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { is_sanitized = 1 };
#else
enum { is_sanitized = 0 };
#endif

/* ---- limits ------------------------------------------------------------- */

static bool
limit(int resource, rlim_t value)
{
    struct rlimit rlimit = { value, value };
    return setrlimit((__rlimit_resource_t)resource, &rlimit) == 0;
}

/* At the hard limit the kernel sends SIGKILL, which would look like somebody's doing
 * outside: a second before it there is SIGXCPU. */
static bool
limit_cpu(unsigned cpu_s)
{
    struct rlimit rlimit = { cpu_s, cpu_s + 1 };
    return cpu_s == 0 || setrlimit(RLIMIT_CPU, &rlimit) == 0;
}

bool
jail_limit(const struct jail_limits *limits, struct err *err)
{
    bool good = limit(RLIMIT_CORE, 0) && limit(RLIMIT_FSIZE, limits->file_bytes) &&
                limit(RLIMIT_NOFILE, limits->files) && limit_cpu(limits->cpu_s) &&
                (is_sanitized || limit(RLIMIT_AS, limits->memory_bytes)) &&
                prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
    return good ? true : err_set(err, ERR_IO, "jail: limits: %s", strerror(errno));
}

/* ---- files: Landlock has no wrapper in this libc ------------------------ */

enum {
    READS = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR,
    WRITES = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |
             LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR |
             LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |
             LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |
             LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM,
    HANDLED = READS | WRITES | LANDLOCK_ACCESS_FS_EXECUTE
};

static bool
allow(int rules, const char *path, uint64_t access)
{
    struct landlock_path_beneath_attr beneath = { .allowed_access = access };
    int fd = open(path, O_PATH | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT || errno == ENOTDIR || errno == EACCES;
    beneath.parent_fd = fd;
    long result =
        syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0);
    if (result != 0 && errno == EINVAL) { /* a file, not a directory */
        beneath.allowed_access &= LANDLOCK_ACCESS_FS_READ_FILE;
        result = syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH,
                         &beneath, 0);
    }
    close(fd);
    return result == 0;
}

static bool
restrict_files(int rules, const char *const *readable, const char *writable)
{
    for (; *readable; readable++) {
        if (!allow(rules, *readable, READS))
            return false;
    }
    if (writable &&
        !allow(rules, writable,
               READS | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG |
                   LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE))
        return false;
    return syscall(SYS_landlock_restrict_self, rules, 0) == 0;
}

bool
jail_files(const char *const *readable, const char *writable, bool *enforced,
           struct err *err)
{
    struct landlock_ruleset_attr attributes = { .handled_access_fs = HANDLED };
    int rules =
        (int)syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0);

    *enforced = rules >= 0;
    if (rules < 0) /* ENOSYS, EOPNOTSUPP: this kernel has none */
        return true;
    bool good = restrict_files(rules, readable, writable);
    if (!good)
        err_set(err, ERR_IO, "jail: files: %s", strerror(errno));
    close(rules);
    return good;
}

/* ---- calls -------------------------------------------------------------- */

static const int always[] = {
    /* what is open already */
    SCMP_SYS(read),
    SCMP_SYS(readv),
    SCMP_SYS(pread64),
    SCMP_SYS(write),
    SCMP_SYS(writev),
    SCMP_SYS(pwrite64),
    SCMP_SYS(lseek),
    SCMP_SYS(close),
    SCMP_SYS(fstat),
    SCMP_SYS(ftruncate),
    SCMP_SYS(fcntl),
    SCMP_SYS(dup),
    SCMP_SYS(getdents64),
    SCMP_SYS(fstatfs),
    SCMP_SYS(fadvise64),
    SCMP_SYS(recvmsg),
    SCMP_SYS(sendmsg),
    SCMP_SYS(poll),
    SCMP_SYS(ppoll),
    SCMP_SYS(memfd_create),
    SCMP_SYS(eventfd2),
    /* looking at files */
    SCMP_SYS(stat),
    SCMP_SYS(lstat),
    SCMP_SYS(newfstatat),
    SCMP_SYS(statx),
    SCMP_SYS(statfs),
    SCMP_SYS(access),
    SCMP_SYS(faccessat),
    SCMP_SYS(faccessat2),
    SCMP_SYS(readlink),
    SCMP_SYS(readlinkat),
    SCMP_SYS(getcwd),
    /* memory */
    SCMP_SYS(brk),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(madvise),
    SCMP_SYS(mincore),
    /* threads, time, luck */
    SCMP_SYS(futex),
    SCMP_SYS(set_robust_list),
    SCMP_SYS(get_robust_list),
    SCMP_SYS(rseq),
    SCMP_SYS(membarrier),
    SCMP_SYS(sched_yield),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_getres),
    SCMP_SYS(clock_nanosleep),
    SCMP_SYS(nanosleep),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(time),
    SCMP_SYS(getrandom),
    SCMP_SYS(sysinfo),
    SCMP_SYS(uname),
    SCMP_SYS(getpid),
    SCMP_SYS(gettid),
    SCMP_SYS(getuid),
    SCMP_SYS(geteuid),
    SCMP_SYS(getgid),
    SCMP_SYS(getegid),
    SCMP_SYS(restart_syscall),
    /* signals to itself, and the end */
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
};

static bool
allow_always(scmp_filter_ctx filter)
{
    for (size_t i = 0; i < sizeof always / sizeof always[0]; i++) {
        /* A call that this processor does not have is no loss. */
        int result = seccomp_rule_add(filter, SCMP_ACT_ALLOW, always[i], 0);
        if (result != 0 && result != -EDOM)
            return false;
    }
    return true;
}

/* Calls that are good with some arguments only. */
static bool
allow_some(scmp_filter_ctx filter)
{
    const scmp_datum_t not_reading = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | O_APPEND;
    const scmp_datum_t self = (scmp_datum_t)getpid();
    int result = 0;

    result |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(openat), 1,
                               SCMP_A2(SCMP_CMP_MASKED_EQ, not_reading, 0));
    /* No new code is mapped or made from data. */
    result |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
                               SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
    result |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
                               SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
    result |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
                               SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));
    /* Its flags stand in memory, where a filter cannot look: libc then takes clone. */
    result |= seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
    result |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
                               SCMP_A0(SCMP_CMP_EQ, self, 0));
    /* Reading limits (the third argument would set them). */
    result |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), 1,
                               SCMP_A2(SCMP_CMP_EQ, 0, 0));
    result |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(prctl), 1,
                               SCMP_A0(SCMP_CMP_EQ, PR_SET_NAME, 0));
    return result == 0;
}

bool
jail_calls(struct err *err)
{
    if (is_sanitized)
        return true;
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    int result = filter ? 0 : -ENOMEM;
    if (filter) {
        result = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
        if (result == 0 && (!allow_always(filter) || !allow_some(filter)))
            result = -EINVAL;
        if (result == 0)
            result = seccomp_load(filter);
        seccomp_release(filter);
    }
    if (result == 0)
        return true;
    return err_set(err, ERR_IO, "jail: calls: %s", strerror(-result));
}
