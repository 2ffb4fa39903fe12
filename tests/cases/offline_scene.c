#include "offline_scene.h"

#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "case_guard.h"
#include "store/roster.h"
#include "sync/pretix.h"

enum { PATH_BYTES = 4096, OBJECT_BYTES = 1024 * 1024 };

bool
offline_wrong(struct offline_scene *scene, const char *format, ...)
{
    va_list args;
    if (scene->wrong[0] != '\0')
        return false;
    va_start(args, format);
    vsnprintf(scene->wrong, sizeof scene->wrong, format, args);
    va_end(args);
    return false;
}

const char *
offline_text(const struct json *value)
{
    static char texts[4][1200];
    static unsigned turn;
    char *text = texts[turn++ % 4];
    const char *read;
    int64_t number;
    struct err err;
    text[0] = '\0';
    if (value && json_text(value, "", &read, &err))
        str_copy(text, sizeof texts[0], read);
    else if (value && json_int(value, "", &number, &err))
        snprintf(text, sizeof texts[0], "%lld", (long long)number);
    return text;
}

/* ---- objects as they are kept ------------------------------------------------------
 */

static const char *
id_member(const char *kind)
{
    return strcmp(kind, "event") == 0   ? "slug"
           : strcmp(kind, "order") == 0 ? "code"
                                        : "id";
}

static bool
has_id(const struct json *object, const char *kind, const char *id)
{
    return strcmp(offline_text(json_member(object, id_member(kind))), id) == 0;
}

/* The object itself, or the order that has the position; *position is that. */
static struct offline_object *
find_object(const struct offline_scene *scene, const char *kind, const char *id,
            const struct json **position)
{
    char kept[64], kept_id[1200]; /* they may be texts of offline_text */
    str_copy(kept, sizeof kept, kind);
    str_copy(kept_id, sizeof kept_id, id);
    kind = kept;
    id = kept_id;
    bool is_position = strcmp(kind, "position") == 0;
    *position = NULL;
    for (size_t i = 0; i < scene->count; i++) {
        struct offline_object *object = &scene->objects[i];
        if (strcmp(object->kind, is_position ? "order" : kind) != 0)
            continue;
        if (!is_position && has_id(object->json, kind, id))
            return object;
        const struct json *item = json_first(json_member(object->json, "positions"));
        for (; is_position && item; item = json_next(item)) {
            *position = item;
            if (has_id(item, kind, id))
                return object;
        }
    }
    return NULL;
}

const struct json *
offline_find(const struct offline_scene *scene, const char *kind, const char *id)
{
    const struct json *position;
    const struct offline_object *found = find_object(scene, kind, id, &position);
    return !found ? NULL : position ? position : found->json;
}

/* The object with the members of `set` in place of its own. */
static void
write_merged(struct str *out, const struct json *object, const struct json *set)
{
    json_open_object(out, NULL);
    for (const struct json *item = json_first(object); item; item = json_next(item)) {
        const struct json *other = json_member(set, json_key(item));
        json_add_value(out, json_key(item), other ? other : item);
    }
    for (const struct json *item = json_first(set); item; item = json_next(item)) {
        if (!json_member(object, json_key(item)))
            json_add_value(out, json_key(item), item);
    }
    json_close_object(out);
}

static void
write_order(struct str *out, const struct json *order, const struct json *position,
            const struct json *set)
{
    json_open_object(out, NULL);
    for (const struct json *item = json_first(order); item; item = json_next(item)) {
        if (strcmp(json_key(item), "positions") != 0) {
            json_add_value(out, json_key(item), item);
            continue;
        }
        json_open_array(out, "positions");
        const struct json *one = json_first(item);
        for (; one; one = json_next(one)) {
            if (!position || one == position)
                write_merged(out, one, set);
            else
                json_add_value(out, NULL, one);
        }
        json_close_array(out);
    }
    json_close_object(out);
}

static bool
replace(struct offline_scene *scene, struct offline_object *object, struct str *text)
{
    struct json *json;
    struct err err;
    bool ok = str_ok(text) && json_parse(text->data, text->length, &json, &err);
    if (ok) {
        json_free(object->json);
        object->json = json;
    }
    str_finish(text);
    return ok || offline_wrong(scene, "a %s cannot be changed", object->kind);
}

/* ---- into the roster
 * ------------------------------------------------------------------ */

static bool
apply_order(struct offline_scene *scene, const struct pretix_reading *reading,
            const struct json *object, struct err *err)
{
    struct str page;
    struct pretix_batch *batch = NULL;
    str_init(&page, 2 * OBJECT_BYTES);
    json_open_object(&page, NULL);
    json_add_int(&page, "count", 1);
    json_add_null(&page, "next");
    json_add_null(&page, "previous");
    json_open_array(&page, "results");
    json_add_value(&page, NULL, object);
    json_close_array(&page);
    json_close_object(&page);
    bool ok = pretix_read_orders(page.data, page.length, reading, &batch, err);
    if (ok && batch->bad > 0)
        ok = err_set(err, ERR_INPUT, "%s", batch->first_bad);
    for (unsigned i = 0; ok && i < batch->order_count; i++)
        ok = pretix_apply_order(scene->db, reading, batch, i, 0, err);
    pretix_batch_free(batch);
    str_finish(&page);
    return ok;
}

static bool
put_medium(const struct pen *pen, const struct pretix_reading *reading,
           const struct json *object, struct err *err)
{
    (void)reading;
    return pretix_put_medium(pen, object, err);
}

static bool
put_layout(const struct pen *pen, const struct pretix_reading *reading,
           const struct json *object, struct err *err)
{
    return pretix_put_layout(pen, reading, object, "", err);
}

/* Kinds that say nothing about who may come in. */
static bool
put_nothing(const struct pen *pen, const struct pretix_reading *reading,
            const struct json *object, struct err *err)
{
    (void)pen, (void)reading, (void)object, (void)err;
    return true;
}

static const struct {
    const char *kind;
    bool (*put)(const struct pen *pen, const struct pretix_reading *reading,
                const struct json *object, struct err *err);
} kinds[] = {
    { "event", pretix_put_event },
    { "subevent", pretix_put_session },
    { "item", pretix_put_product },
    { "question", pretix_put_question },
    { "checkinlist", pretix_put_list },
    { "revokedsecret", pretix_put_revoked },
    { "blockedsecret", pretix_put_blocked },
    { "reusablemedium", put_medium },
    { "badgelayout", put_layout },
    { "category", put_nothing },
    { "quota", put_nothing },
    { "badgeitem", put_nothing },
    { "settings", put_nothing },
};

static bool
put_kind(struct offline_scene *scene, const struct offline_object *object,
         struct err *err)
{
    struct pretix_reading reading = { .event = object->event, .language = "en" };
    if (strcmp(object->kind, "order") == 0)
        return apply_order(scene, &reading, object->json, err);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (strcmp(kinds[i].kind, object->kind) == 0)
            return kinds[i].put(roster_pen(scene->db), &reading, object->json, err);
    }
    return err_set(err, ERR_INPUT, "no such kind of object: %s", object->kind);
}

static bool
put_object(struct offline_scene *scene, const struct offline_object *object)
{
    struct err err;
    struct roster_age age = { .complete_ms = 0 };
    if (roster_begin(scene->db, &err)) {
        if (put_kind(scene, object, &err) && roster_set_complete(scene->db, 1, &err) &&
            roster_commit(scene->db, &err)) {
            feed_publish(&scene->feed, FEED_ROSTER, &age);
            return true;
        }
        roster_rollback(scene->db);
    }
    return offline_wrong(scene, "%s: %s", object->kind, err.text);
}

/* ---- reading them
 * ------------------------------------------------------------------------ */

static struct json *
read_file(struct offline_scene *scene, const char *name)
{
    char path[PATH_BYTES];
    char piece[65536];
    size_t got;
    struct str raw, text;
    struct json *json = NULL;
    struct err err = { .text = "cannot be read" };
    snprintf(path, sizeof path, "%s/%s", scene->file->folder, name);
    FILE *file = fopen(path, "re");
    str_init(&raw, 2 * OBJECT_BYTES);
    str_init(&text, 2 * OBJECT_BYTES);
    while (file && (got = fread(piece, 1, sizeof piece, file)) > 0)
        str_add(&raw, piece, got);
    if (!file || !case_guard(&text, raw.data, raw.length) ||
        !json_parse(text.data, text.length, &json, &err))
        offline_wrong(scene, "%s: %s", path, err.text);
    if (file)
        fclose(file);
    str_finish(&raw);
    str_finish(&text);
    return json;
}

static struct json *
copy(struct offline_scene *scene, const struct json *value)
{
    struct str text;
    struct json *json = NULL;
    struct err err;
    str_init(&text, OBJECT_BYTES);
    json_add_value(&text, NULL, value);
    if (!str_ok(&text) || !json_parse(text.data, text.length, &json, &err))
        offline_wrong(scene, "an object is too large");
    str_finish(&text);
    return json;
}

bool
offline_add(struct offline_scene *scene, const struct json *entry)
{
    struct offline_object object = { .json = NULL };
    const struct json *inside = json_member(entry, "object");
    const char *name = offline_text(json_member(entry, "file"));
    str_copy(object.kind, sizeof object.kind, offline_text(json_member(entry, "kind")));
    str_copy(object.event, sizeof object.event,
             offline_text(json_member(entry, "event")));
    object.json = inside ? copy(scene, inside) : read_file(scene, name);
    struct offline_object *grown =
        realloc(scene->objects, (scene->count + 1) * sizeof *grown);
    if (!object.json || !grown)
        abort();
    scene->objects = grown;
    const struct json *position;
    struct offline_object *same = find_object(
        scene, object.kind,
        offline_text(json_member(object.json, id_member(object.kind))), &position);
    if (same && strcmp(same->event, object.event) == 0) {
        json_free(same->json);
        *same = object;
    } else {
        grown[scene->count++] = object;
    }
    return put_object(scene, &object);
}

bool
offline_patch(struct offline_scene *scene, const char *kind, const char *id,
              const struct json *set)
{
    const struct json *position;
    struct str text;
    struct offline_object *object = find_object(scene, kind, id, &position);
    if (!object)
        return offline_wrong(scene, "there is none to patch");
    str_init(&text, OBJECT_BYTES);
    if (position)
        write_order(&text, object->json, position, set);
    else
        write_merged(&text, object->json, set);
    return replace(scene, object, &text) && put_object(scene, object);
}

bool
offline_set_rules(struct offline_scene *scene, const char *list,
                  const struct json *rules)
{
    struct str text;
    struct json *set;
    struct err err;
    str_init(&text, OBJECT_BYTES);
    json_open_object(&text, NULL);
    json_add_value(&text, "rules", rules);
    json_close_object(&text);
    bool ok = str_ok(&text) && json_parse(text.data, text.length, &set, &err);
    str_finish(&text);
    if (!ok)
        return offline_wrong(scene, "rules cannot be read");
    ok = offline_patch(scene, "checkinlist", list, set);
    json_free(set);
    return ok;
}

/* ---- life
 * ---------------------------------------------------------------------------------- */

static void
must(bool ok, const struct err *err)
{
    if (ok)
        return;
    fprintf(stderr, "offline_scene: %s\n", err->text);
    abort();
}

static void
hear(enum feed_topic topic, const void *what, void *self)
{
    struct offline_scene *scene = self;
    if (topic == FEED_SCAN)
        scene->last = *(const struct desk_outcome *)what;
}

static void
log_nothing(enum log_level level, const char *module, const char *text, void *self)
{
    (void)level, (void)module, (void)text, (void)self;
}

static void
open_station(struct offline_scene *scene)
{
    struct err err;
    str_copy(scene->dir, sizeof scene->dir, "/tmp/yuelai-case-XXXXXX");
    if (!mkdtemp(scene->dir))
        abort();
    feed_init(&scene->feed);
    feed_listen(&scene->feed, 1u << FEED_SCAN, hear, scene);
    struct db_setting store = { .dir = scene->dir,
                                .seal = scene->seal,
                                .clock = &scene->hand.clock,
                                .random = &scene->random.random,
                                .log = &scene->log };
    must(db_open(&store, &scene->db, &err), &err);
    struct desk_setting setting = { .db = scene->db,
                                    .loop = &scene->hand.loop,
                                    .clock = &scene->hand.clock,
                                    .random = &scene->random.random,
                                    .log = &scene->log,
                                    .feed = &scene->feed,
                                    .station = "A",
                                    .readers = 1,
                                    .gate = scene->gate,
                                    .trust_clock = true };
    must(desk_create(&setting, &scene->desk, &err), &err);
}

static void
close_station(struct offline_scene *scene)
{
    char path[512];
    desk_destroy(scene->desk);
    db_close(scene->db);
    DIR *dir = opendir(scene->dir);
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        snprintf(path, sizeof path, "%s/%s", scene->dir, entry->d_name);
        unlink(path);
    }
    if (dir)
        closedir(dir);
    rmdir(scene->dir);
}

void
offline_open(struct offline_scene *scene, const struct cases_file *file)
{
    static const uint8_t key[SEAL_KEY_BYTES] = { 4 };
    struct err err;
    *scene = (struct offline_scene){ .file = file };
    scene->log = (struct log){ log_nothing, NULL, LOG_LEVEL_ERROR };
    hand_loop_init(&scene->hand, 0);
    random_seeded_init(&scene->random, 1);
    must(seal_from_bytes(key, &scene->seal, &err), &err);
    open_station(scene);
}

void
offline_close(struct offline_scene *scene)
{
    close_station(scene);
    seal_close(scene->seal);
    for (size_t i = 0; i < scene->count; i++)
        json_free(scene->objects[i].json);
    free(scene->objects);
}

bool
offline_clear(struct offline_scene *scene)
{
    static const char none[] = "{\"checkins\":[]}";
    struct err err;
    struct json *set;
    must(json_parse(none, sizeof none - 1, &set, &err), &err);
    close_station(scene);
    open_station(scene);
    for (size_t i = 0; i < scene->count && scene->wrong[0] == '\0'; i++) {
        struct offline_object *object = &scene->objects[i];
        struct str text;
        str_init(&text, OBJECT_BYTES);
        if (strcmp(object->kind, "order") == 0) {
            write_order(&text, object->json, NULL, set);
            replace(scene, object, &text);
        }
        put_object(scene, object);
    }
    json_free(set);
    return scene->wrong[0] == '\0';
}

void
offline_set_now(struct offline_scene *scene, int64_t now_ms)
{
    scene->hand.utc_ms = now_ms - scene->hand.now_us / 1000;
}
