#ifndef YUELAI_BENCH_BARE_DISK_H
#define YUELAI_BENCH_BARE_DISK_H

/* bare_disk: what the disk takes for a commit's bytes without a database above it. */

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "figures.h"
#include "random.h"

enum { BLOCK_BYTES = 8192, COMMIT_PAGES = 10, FRAME_BYTES = 24, PAGE_BYTES = 2048 };

static inline double
overwrite(int fd)
{
    static char block[BLOCK_BYTES];
    memset(block, (int)random_u64(&random_system), sizeof block);
    double began_us = now_us();
    if (pwrite(fd, block, sizeof block, 0) != BLOCK_BYTES || fdatasync(fd) != 0) {
        perror("bench-verdict: fdatasync");
        exit(1);
    }
    return now_us() - began_us;
}

/* As SQLite writes its log: each page behind a frame's header, then one sync. */
static inline double
overwrite_frames(int fd)
{
    static char frame[FRAME_BYTES + PAGE_BYTES];
    memset(frame, (int)random_u64(&random_system), sizeof frame);
    double began_us = now_us();
    for (off_t i = 0; i < COMMIT_PAGES; i++) {
        off_t at_byte = BLOCK_BYTES + i * (off_t)sizeof frame;
        if (pwrite(fd, frame, FRAME_BYTES, at_byte) != FRAME_BYTES ||
            pwrite(fd, frame + FRAME_BYTES, PAGE_BYTES, at_byte + FRAME_BYTES) !=
                PAGE_BYTES)
            exit(1);
    }
    if (fdatasync(fd) != 0)
        exit(1);
    return now_us() - began_us;
}

#endif
