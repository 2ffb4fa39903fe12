#ifndef YUELAI_BAD_DISK_H
#define YUELAI_BAD_DISK_H

/* bad_disk: SQLite's disk with a switch. While it is full no write is taken
 * (SQLITE_FULL); while it is bad none is, and no sync either (SQLITE_IOERR). Reads go on.
 * One for the whole process. */

enum bad_disk_mood { BAD_DISK_SOUND, BAD_DISK_FULL, BAD_DISK_BROKEN };

/* Registers it once, and returns its name, for db_setting.vfs. */
const char *bad_disk_vfs(void);
void bad_disk_set(enum bad_disk_mood mood);

#endif
