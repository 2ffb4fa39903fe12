#ifndef YUELAI_HTTP_CLIENT_H
#define YUELAI_HTTP_CLIENT_H

/* http_client: bytes to a loopback port and bytes back, on plain blocking sockets, for
 * tests that want to send what no browser would. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int http_connect(uint16_t port); /* asserts */

/* Sends all of it; false if the other side has closed. */
bool http_send(int fd, const char *bytes, size_t length);

/* Reads until `needle` has been seen, the peer closes, or time is over; `got` (size bytes,
 * NUL-terminated) keeps what came. True if needle was seen. */
bool http_wait(int fd, const char *needle, char *got, size_t size, int timeout_ms);

/* True if the peer closed within the time; what it sends before is dropped. */
bool http_wait_closed(int fd, int timeout_ms);

/* A whole exchange with "Connection: close"; returns the status, 0 if none came. `got`
 * gets the whole answer. */
int http_exchange(uint16_t port, const char *request, char *got, size_t size);

#endif
