#ifndef YUELAI_WIRE_CURL_TRANSFER_H
#define YUELAI_WIRE_CURL_TRANSFER_H

/* wire_curl_transfer: one request on its way, as the three parts of wire_curl share it.
 */

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>

#include "wire_curl.h"

enum { WIRE_HEADERS_MAX = 128, WIRE_HEADER_BYTES_MAX = 32 * 1024 };

struct wire_transfer {
    struct wire_curl *curl;
    struct wire_request *request;
    CURL *easy;                 /* NULL: could not even be asked */
    struct curl_slist *headers; /* holds the token: wiped before it is freed */
    struct loop_timer *deadline;
    struct wire_transfer *next, **link; /* in curl->flying or curl->finished */
    unsigned header_count;
    size_t header_bytes;
    char retry_after[64]; /* as it came; may need the date behind it */
    bool headers_ended;   /* libcurl is content without: it takes half a head for all */
    bool body_began;      /* headers behind it are trailers and not listened to */
    bool too_large;
    bool out_of_time; /* the loop's deadline, where libcurl's own does not look */
    char words[CURL_ERROR_SIZE];
};

/* wire_curl_ask.c: makes transfer->easy and everything in it. */
bool wire_ask(struct wire_transfer *transfer, const struct wire_curl_setting *setting,
              CURLSH *share, struct err *err);
/* Frees easy and headers; the transfer is out of the multi handle. */
void wire_ask_finish(struct wire_transfer *transfer);

/* wire_curl_hear.c */
CURLcode wire_hear(struct wire_transfer *transfer); /* sets the callbacks of easy */
/* Fills the request's answer from libcurl's result. */
void wire_hear_end(struct wire_transfer *transfer, CURLcode result);

#endif
