/* label-decode IN OUT.pbm|OUT.png …: the picture in a printer's bytes ("-" = stdin). */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "label.h"
#include "str.h"

static bool
slurp(const char *path, struct str *to)
{
    FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    char piece[65536];
    size_t n;
    if (!file)
        return false;
    while ((n = fread(piece, 1, sizeof piece, file)) > 0)
        str_add(to, piece, n);
    bool good = !ferror(file) && str_ok(to);
    if (file != stdin)
        fclose(file);
    return good;
}

int
main(int argc, char **argv)
{
    struct str bytes;
    struct label label;
    struct err err = { 0 };
    bool good = argc >= 3;

    str_init(&bytes, 64 * 1024 * 1024);
    if (!good)
        fprintf(stderr, "usage: label-decode IN OUT.pbm|OUT.png ...\n");
    else if (!slurp(argv[1], &bytes))
        good = err_set(&err, ERR_IO, "%s cannot be read", argv[1]);
    else
        good = label_decode((const uint8_t *)bytes.data, bytes.length, &label, &err);
    for (int i = 2; good && i < argc; i++) {
        size_t length = strlen(argv[i]);
        bool is_png = length > 4 && strcmp(argv[i] + length - 4, ".png") == 0;
        good = is_png ? label_write_png(&label, argv[i], &err)
                      : label_write_pbm(&label, argv[i], &err);
    }
    if (good)
        label_finish(&label);
    else
        fprintf(stderr, "label-decode: %s\n", err.text);
    str_finish(&bytes);
    return good ? 0 : 1;
}
