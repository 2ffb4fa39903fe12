/* Any bytes as JSON: what is read can be written, and that is read as the same again;
 * what is not has an error that names a place. */

#include "base/json.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { WRITTEN_MAX = 1 << 20 };

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t length);

static void
check_again(const struct str *written)
{
    struct json *root;
    struct err err;
    struct str again;
    str_init(&again, WRITTEN_MAX);
    bool read = json_parse(written->data, written->length, &root, &err);
    assert(read);
    json_add_value(&again, NULL, root);
    assert(again.length == written->length);
    assert(memcmp(again.data, written->data, again.length) == 0);
    json_free(root);
    str_finish(&again);
}

int
LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t length)
{
    struct json *root;
    struct err err;
    struct str written;
    char *text = malloc(length ? length : 1); /* no byte behind it that may be read */
    if (!text)
        return 0;
    memcpy(text, bytes, length);
    if (!json_parse(text, length, &root, &err)) {
        assert(err.code == ERR_INPUT && strstr(err.text, "line"));
        free(text);
        return 0;
    }
    free(text); /* nothing of it is kept */
    str_init(&written, WRITTEN_MAX);
    json_add_value(&written, NULL, root);
    if (str_ok(&written))
        check_again(&written);
    str_finish(&written);
    json_free(root);
    return 0;
}
