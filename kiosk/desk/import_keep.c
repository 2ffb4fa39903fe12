#include "desk/import_keep.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/seal.h"

enum {
    BOX_PLAIN_MAX = 64 * 1024,
    BOX_MAX = BOX_PLAIN_MAX + SEAL_OVERHEAD_BYTES,
    PATH_BYTES = 1024
};

static const char mark[] = "YLIMPORT1\n";
enum { MARK_LENGTH = sizeof mark - 1 };

struct keep_writer {
    FILE *file;
    const struct seal *seal;
    char path[PATH_BYTES];
    struct str plain;
    uint8_t box[BOX_MAX];
};

struct keep_reader {
    FILE *file;
    const struct seal *seal;
    char path[PATH_BYTES];
    uint8_t box[BOX_MAX];
    char plain[BOX_PLAIN_MAX];
    size_t length, at; /* of plain */
    struct import_record record;
};

static void
make_path(char path[PATH_BYTES], const char *dir, int64_t number, const char *end)
{
    snprintf(path, PATH_BYTES, "%s/imports/%04" PRId64 ".%s", dir, number, end);
}

static bool
failed(const char *path, struct err *err)
{
    enum err_code code = errno == ENOSPC || errno == EDQUOT ? ERR_LIMIT : ERR_IO;
    return err_set(err, code, "%s: %s", path, strerror(errno));
}

/* The number of "0007.sealed"; 0 if it is no such name. */
static int64_t
number_of(const char *name)
{
    char digits[16];
    long long number;
    size_t length = strspn(name, "0123456789");
    if (length == 0 || strcmp(name + length, ".sealed") != 0 ||
        !str_copy_bytes(digits, sizeof digits, name, length) ||
        !str_read_int(digits, 1, INT32_MAX, &number))
        return 0;
    return number;
}

bool
keep_last(const char *dir, int64_t *number, struct err *err)
{
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s/imports", dir);
    *number = 0;
    DIR *all = opendir(path);
    if (!all)
        return errno == ENOENT || failed(path, err);
    for (struct dirent *entry; (entry = readdir(all));) {
        int64_t found = number_of(entry->d_name);
        if (found > *number)
            *number = found;
    }
    closedir(all);
    return true;
}

bool
keep_create(const char *dir, const struct seal *seal, struct keep_writer **writer,
            int64_t *number, struct err *err)
{
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s/imports", dir);
    if (mkdir(path, 0700) != 0 && errno != EEXIST)
        return failed(path, err);
    if (!keep_last(dir, number, err))
        return false;
    ++*number;
    struct keep_writer *made = calloc(1, sizeof *made);
    if (!made)
        return err_no_memory(err);
    made->seal = seal;
    str_init(&made->plain, BOX_PLAIN_MAX);
    make_path(made->path, dir, *number, "part");
    int fd = open(made->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    made->file = fd < 0 ? NULL : fdopen(fd, "w");
    if (!made->file || fwrite(mark, 1, MARK_LENGTH, made->file) != MARK_LENGTH) {
        failed(made->path, err);
        keep_abandon(made);
        return false;
    }
    *writer = made;
    return true;
}

static bool
write_box(struct keep_writer *writer, struct err *err)
{
    size_t length = writer->plain.length;
    if (length == 0)
        return true;
    seal_box(writer->seal, writer->plain.data, length, writer->box);
    length += SEAL_OVERHEAD_BYTES;
    uint8_t head[4];
    for (unsigned i = 0; i < 4; i++)
        head[i] = (uint8_t)(length >> (8 * i));
    str_clear(&writer->plain);
    if (fwrite(head, 1, 4, writer->file) != 4 ||
        fwrite(writer->box, 1, length, writer->file) != length)
        return failed(writer->path, err);
    return true;
}

bool
keep_add(struct keep_writer *writer, struct str *records, struct err *err)
{
    if (!str_ok(records) || records->length > BOX_PLAIN_MAX)
        return err_set(err, ERR_LIMIT, "a row is over %d bytes", IMPORT_RECORD_MAX);
    if (writer->plain.length + records->length > BOX_PLAIN_MAX &&
        !write_box(writer, err))
        return false;
    str_add(&writer->plain, records->data, records->length);
    str_clear(records);
    return str_ok(&writer->plain) || err_no_memory(err);
}

static void
close_writer(struct keep_writer *writer)
{
    str_finish(&writer->plain);
    free(writer);
}

bool
keep_finish(struct keep_writer *writer, struct err *err)
{
    bool done = write_box(writer, err);
    if (done && (fflush(writer->file) != 0 || fsync(fileno(writer->file)) != 0))
        done = failed(writer->path, err);
    if (!done) {
        keep_abandon(writer);
        return false;
    }
    fclose(writer->file);
    close_writer(writer);
    return true;
}

void
keep_abandon(struct keep_writer *writer)
{
    if (!writer)
        return;
    if (writer->file) {
        fclose(writer->file);
        unlink(writer->path);
    }
    close_writer(writer);
}

bool
keep_accept(const char *dir, int64_t number, struct err *err)
{
    char part[PATH_BYTES], path[PATH_BYTES], folder[PATH_BYTES];
    make_path(part, dir, number, "part");
    make_path(path, dir, number, "sealed");
    snprintf(folder, sizeof folder, "%s/imports", dir);
    if (rename(part, path) != 0)
        return failed(part, err);
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool synced = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    return synced || failed(folder, err);
}

void
keep_remove_part(const char *dir, int64_t number)
{
    char part[PATH_BYTES];
    make_path(part, dir, number, "part");
    unlink(part);
}

/* ---- reading --------------------------------------------------------------- */

static bool
damaged(const struct keep_reader *reader, struct err *err)
{
    return err_set(
        err, ERR_INPUT,
        "%s is damaged, or was sealed with another key: import the tables anew",
        reader->path);
}

bool
keep_open(const char *dir, int64_t number, const struct seal *seal,
          struct keep_reader **reader, struct err *err)
{
    char head[MARK_LENGTH];
    struct keep_reader *made = calloc(1, sizeof *made);
    if (!made)
        return err_no_memory(err);
    made->seal = seal;
    make_path(made->path, dir, number, "sealed");
    made->file = fopen(made->path, "re");
    if (!made->file && errno == ENOENT) {
        make_path(made->path, dir, number, "part");
        made->file = fopen(made->path, "re");
    }
    if (!made->file) {
        if (errno == ENOENT)
            err_set(err, ERR_ABSENT, "%s: there is no such import", made->path);
        else
            failed(made->path, err);
        keep_close(made);
        return false;
    }
    if (fread(head, 1, MARK_LENGTH, made->file) != MARK_LENGTH ||
        memcmp(head, mark, MARK_LENGTH) != 0) {
        damaged(made, err);
        keep_close(made);
        return false;
    }
    *reader = made;
    return true;
}

static bool
read_box(struct keep_reader *reader, bool *end, struct err *err)
{
    uint8_t head[4];
    size_t length = 0, got = fread(head, 1, 4, reader->file);
    *end = got == 0 && feof(reader->file);
    if (*end)
        return true;
    for (unsigned i = 0; i < 4; i++)
        length |= (size_t)head[i] << (8 * i);
    if (got != 4 || length <= SEAL_OVERHEAD_BYTES || length > BOX_MAX ||
        fread(reader->box, 1, length, reader->file) != length ||
        !seal_unbox(reader->seal, reader->box, length, reader->plain))
        return damaged(reader, err);
    reader->length = length - SEAL_OVERHEAD_BYTES;
    reader->at = 0;
    return true;
}

bool
keep_next(struct keep_reader *reader, struct import_record **record, bool *end,
          struct err *err)
{
    *end = false;
    if (reader->at == reader->length && !read_box(reader, end, err))
        return false;
    if (*end)
        return true;
    if (!import_unpack(reader->plain, reader->length, &reader->at, &reader->record,
                       err))
        return err_wrap(err, "%s", reader->path);
    *record = &reader->record;
    return true;
}

void
keep_close(struct keep_reader *reader)
{
    if (!reader)
        return;
    if (reader->file)
        fclose(reader->file);
    free(reader);
}
