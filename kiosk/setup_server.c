#include "setup_parts.h"

#include <string.h>

/* The section `server`, and which products make which kinds of guest. */

static void
take_events(struct setup_server *server, const struct config_part *part,
            struct complaints *complaints)
{
    struct err err;
    unsigned count = config_items(part, "events");
    if (count > SETUP_EVENTS_MAX) {
        config_wrong(part, "events", &err, "want at most %d of them", SETUP_EVENTS_MAX);
        setup_complain(complaints, &err);
        return;
    }
    for (unsigned i = 0; i < count; i++) {
        str_copy(server->slugs[i], sizeof server->slugs[i],
                 config_item(part, "events", i));
        server->events[i] = server->slugs[i];
    }
    server->event_count = count;
}

static void
take_pins(struct setup_server *server, const struct config_part *part,
          struct complaints *complaints)
{
    static const char start[] = "sha256//";
    struct err err;
    size_t used = 0;
    for (unsigned i = 0; i < config_items(part, "pins"); i++) {
        const char *pin = config_item(part, "pins", i);
        size_t length = strlen(pin);
        if (!str_starts(pin, start) || strchr(pin, ';') ||
            used + length + 2 > sizeof server->pins) {
            config_wrong(part, "pins", &err, "want \"sha256//BASE64=\", got \"%s\"",
                         pin);
            setup_complain(complaints, &err);
            return;
        }
        if (used > 0)
            server->pins[used++] = ';';
        memcpy(server->pins + used, pin, length + 1);
        used += length;
    }
}

static void
take_products(struct setup_server *server, const struct config_part *part,
              struct complaints *complaints)
{
    struct err err;
    for (unsigned i = 0; i < config_items(part, "products"); i++) {
        const char *product = config_item(part, "products", i);
        long long id;
        if (server->kind_count == SETUP_PRODUCTS_MAX) {
            config_wrong(part, "products", &err, "want at most %d of all kinds",
                         SETUP_PRODUCTS_MAX);
            setup_complain(complaints, &err);
            return;
        }
        struct pretix_kind *kind = &server->kinds[server->kind_count++];
        str_copy(kind->kind, sizeof kind->kind, config_title(part));
        if (str_read_int(product, 1, INT64_MAX, &id))
            kind->product = id;
        else
            str_copy(kind->name, sizeof kind->name, product);
    }
}

void
setup_take_server(struct setup *setup, struct complaints *complaints)
{
    struct setup_server *server = &setup->server;
    const struct config_part *part = config_part(setup->config, "server", 0);
    server->mode = (enum online_mode)config_choice(part, "mode");
    str_copy(server->language, sizeof server->language, config_text(part, "language"));
    str_copy(server->ca, sizeof server->ca, config_text(part, "ca"));
    str_copy(server->proxy, sizeof server->proxy, config_text(part, "proxy"));
    server->download_ms = 1000 * config_int(part, "download_s");
    server->old_ms = 60000 * config_int(part, "old_min");
    server->follow = config_bool(part, "follow");
    take_events(server, part, complaints);
    take_pins(server, part, complaints);
    for (unsigned i = 0; i < config_count(setup->config, "kind"); i++)
        take_products(server, config_part(setup->config, "kind", i), complaints);
}
