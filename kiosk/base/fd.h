#ifndef YUELAI_FD_H
#define YUELAI_FD_H

/* fd: all of a text to a descriptor, however small the pieces it takes. */

#include <stdbool.h>
#include <stddef.h>

/* Goes on after a signal and after a part. False, with errno set, if it takes no more;
 * some of the bytes may be written then. */
bool fd_write(int fd, const void *bytes, size_t length);

#endif
