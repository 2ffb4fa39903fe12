#ifndef YUELAI_BENCH_DIR_H
#define YUELAI_BENCH_DIR_H

/* bench_dir: the directory that a bench has made for its files. */

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

/* With the files in it; directories in it must have gone before. */
static inline void
bench_remove_dir(const char *path)
{
    DIR *dir = opendir(path);
    for (struct dirent *entry; dir && (entry = readdir(dir));)
        unlinkat(dirfd(dir), entry->d_name, 0);
    if (dir)
        closedir(dir);
    rmdir(path);
}

#endif
