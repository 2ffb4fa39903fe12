#include "setup.h"

#include "base/log_sink.h"

/* Every option of yuelai.conf. `kioskd --print-config` writes
 * templates/system/yuelai.conf from this table; a test compares the two. */

static const struct config_option top[] = {
    { "data", CONFIG_TEXT, "", 0, SETUP_PATH_MAX, NULL, 0,
      "Directory of the station's data: check-ins, print jobs, the copy of the "
      "roster.\n"
      "Empty: /var/lib/yuelai, or ~/.local/share/yuelai of a user." },
    { "key", CONFIG_TEXT, "", 0, SETUP_PATH_MAX, NULL, 0,
      "File of the key that the tickets' codes are sealed with; made at the first "
      "start.\n"
      "Never within data, so that a copy of the data is no stack of tickets. Who "
      "loses\n"
      "it needs a fresh import. Empty: systemd's credential yuelai.key if there is "
      "one,\n"
      "else /var/lib/yuelai-key/key, or ~/.config/yuelai/key of a user." },
    { "socket", CONFIG_TEXT, "", 0, 100, NULL, 0,
      "Where kioskctl finds this station. Empty: /run/yuelai/control, or\n"
      "$XDG_RUNTIME_DIR/yuelai/control of a user." },
    { "role", CONFIG_TEXT, "", 0, ROLE_TEXT_MAX, NULL, 0,
      "What this station does: which check-in lists it serves (event/list, with "
      "commas,\n"
      "one an event), entry, exit or ask, and whether it admits, prints or both:\n"
      "  role = \"list=citec/main direction=entry work=admit+print gate=North\"\n"
      "work is admit+print, admit-only or print-only. Staff and kioskctl may change "
      "the\n"
      "role for the time being. Empty: none yet, nobody is admitted." },
    { "zone", CONFIG_TEXT, "", 0, SETUP_NAME_MAX, NULL, 0,
      "Time zone of the event, \"Asia/Shanghai\": of the time table below, of files "
      "that\n"
      "are imported, and of the screen where the roster does not say. Empty: the\n"
      "system's." },
    { "log_level", CONFIG_CHOICE, "info", 0, 0, log_level_words, 0,
      "The least important lines that are logged." },
    { "ballast_mb", CONFIG_INT, "16", 0, 10000, NULL, 0,
      "Size of a file that is given up when the disk is full, so that the last guests\n"
      "are still recorded. 0: none." },
    { "claim_deadline_ms", CONFIG_INT, "800", 50, 10000, NULL, 0,
      "How long a guest waits for the server's word before the station decides by its\n"
      "own copy." },
    { "job_deadline_ms", CONFIG_INT, "15000", 2000, 600000, NULL, 0,
      "How long a badge may be on its way before the printer is said to be in "
      "trouble." },
    { "refuse_unsigned", CONFIG_BOOL, "no", 0, 0, NULL, 0,
      "Of an event with a badge key (kioskctl key make): refuse badges that bear no\n"
      "signature. Say yes once all its stations have the key and no badge from before\n"
      "is worn any more. A wrong signature is always refused." },
    { "templates", CONFIG_TEXT, "", 0, SETUP_PATH_MAX - 64, NULL, 0,
      "Directory with badge/ (designs), printer/ (profiles) and fonts.conf. Empty: as\n"
      "installed, /usr/share/yuelai." },
    { "designs", CONFIG_TEXT, "", 0, SETUP_PATH_MAX, NULL, 0,
      "Directory of the badge designs. Empty: badge in templates." },
    { "profiles", CONFIG_TEXT, "", 0, SETUP_PATH_MAX, NULL, 0,
      "Directory of the printer profiles. Empty: printer in templates." },
    { "fonts", CONFIG_TEXT, "", 0, SETUP_PATH_MAX, NULL, 0,
      "The fontconfig file that badges are drawn with. Empty: the one in templates." },
    { "helper", CONFIG_TEXT, "", 0, SETUP_PATH_MAX, NULL, 0,
      "The drawing helper. Empty: the kiosk-draw installed with kioskd." },
    { .name = NULL },
};

static const struct config_option station[] = {
    { "letters", CONFIG_TEXT, "A", 1, 3, NULL, 0,
      "1 to 3 of A-Z, different at each station: part of every badge it issues." },
    { "name", CONFIG_TEXT, "", 0, SETUP_NAME_MAX, NULL, 0,
      "What people call it: \"Kiosk A, north\"." },
    { "gate", CONFIG_TEXT, "", 0, ROLE_GATE_MAX, NULL, 0,
      "The gate it stands at, for roles that name none." },
    { .name = NULL },
};

static const struct config_option screen[] = {
    { "listen", CONFIG_TEXT, "127.0.0.1:8484", 1, 32, NULL, 0,
      "Address of the page. Only 127.0.0.1: the browser is on this machine." },
    { "languages", CONFIG_TEXTS, "zh-Hans en", 2, 15, NULL, 0,
      "Languages a guest may choose, those of the waiting screen first." },
    { "shown", CONFIG_INT, "2", 1, 2, NULL, 0,
      "How many of them the waiting screen shows at once." },
    { "page", CONFIG_TEXT, "", 0, SETUP_PATH_MAX, NULL, 0,
      "Directory of files that replace the page's own of the same name, to give it an\n"
      "event's look." },
    { "staff_idle_s", CONFIG_INT, "60", 10, 3600, NULL, 0,
      "How long a session of staff lasts while nothing is done in it." },
    { .name = NULL },
};

static const struct config_option scanner[] = {
    { "uri", CONFIG_TEXT, NULL, 1, 255, NULL, 0,
      "evdev:05e0:1200       a keyboard scanner by its USB ids (every one of that "
      "kind)\n"
      "evdev:/dev/input/by-id/usb-…-event-kbd\n"
      "serial:/dev/serial/by-id/usb-…\n"
      "fifo:/run/yuelai/scan  a named pipe, for automation" },
    { "country", CONFIG_TEXT, "us", 2, 7, NULL, 0,
      "evdev: the keyboard country that the scanner itself is set to; the system's "
      "own\n"
      "layout does not matter." },
    { "baud", CONFIG_INT, "9600", 300, 921600, NULL, 0, "serial: its speed." },
    { "grab", CONFIG_BOOL, "yes", 0, 0, NULL, 0,
      "evdev: keep its key strokes from everything else." },
    { "idle_ms", CONFIG_INT, "150", 20, 5000, NULL, 0,
      "A silence that ends a code which has no end mark." },
    { "repeat_ms", CONFIG_INT, "3000", 0, 60000, NULL, 0,
      "The same code again within this time is the same read. 0: never." },
    { "ends", CONFIG_TEXTS, "line tab", 2, 4, NULL, 0,
      "What ends a code: line (CR, LF or both), tab, nul, etx (an STX in front goes "
      "too)." },
    { "strip_prefix", CONFIG_TEXT, "", 0, 31, NULL, 0,
      "What the scanner puts before each code, to be taken off." },
    { "strip_suffix", CONFIG_TEXT, "", 0, 31, NULL, 0, "And behind it." },
    { .name = NULL },
};

static const struct config_option printer[] = {
    { "uri", CONFIG_TEXT, NULL, 1, 255, NULL, 0,
      "cups:QUEUE, or file:DIRECTORY for a trial without a printer." },
    { "server", CONFIG_TEXT, "", 0, 255, NULL, 0,
      "CUPS server: a socket's path or host:port. Empty: the machine's own." },
    { "profile", CONFIG_TEXT, NULL, 1, PROFILE_NAME_MAX, NULL, 0,
      "What kind of printer it is: a file of profiles, without \".conf\"." },
    { "media", CONFIG_TEXT, "", 0, PROFILE_NAME_MAX, NULL, 0,
      "The labels in it, as the profile calls them: \"62x100\". Empty: its first." },
    { "design", CONFIG_TEXT, "", 0, SETUP_NAME_MAX, NULL, 0,
      "The badges on it: a file of designs, without \".svg\". Empty: \"conference-\" "
      "and\n"
      "the media. \"server\": the ticketing server's own layout for the guest's "
      "product;\n"
      "\"server NAME\": and this design for guests without one (else as for empty)." },
    { "kinds", CONFIG_TEXTS, "", 1, SETUP_NAME_MAX, NULL, 0,
      "Kinds of guest whose badges come out here. Empty: all." },
    { .name = NULL },
};

static const char kind_bands[] = "house solid stripes frame line";

static const struct config_option kind[] = {
    { "label", CONFIG_TEXT, "", 0, SETUP_NAME_MAX, NULL, 0,
      "What stands on the badge: \"VIP\", \"EXHIBITOR\". Empty: as the house calls "
      "it,\nelse its key." },
    { "band", CONFIG_CHOICE, "house", 0, 0, kind_bands, 0,
      "How the badge shows it from afar. house: solid for vip, academician and speaker,"
      "\nstripes for staff and media, frame for exhibitor, employer and team, else "
      "line." },
    { "icon", CONFIG_TEXT, "", 0, 23, NULL, 0,
      "The sign beside it, where a design has one of that name: star, microphone, "
      "camera,\nleaf, stand, key. Empty: star for vip, microphone for speaker, camera "
      "for media." },
    { "design", CONFIG_TEXT, "", 0, SETUP_NAME_MAX, NULL, 0,
      "The design of its badges, whatever the printer's is: a file of designs, "
      "without\n"
      "\".svg\", of the size of the labels in the printers that serve this kind." },
    { "alert", CONFIG_TEXT, "", 0, ROSTER_TEXT_MAX, NULL, 0,
      "What staff read on their screen when such a guest has scanned: \"Call the "
      "protocol\ndesk\"." },
    { "products", CONFIG_TEXTS, "", 1, ROSTER_TEXT_MAX, NULL, 0,
      "Products of the ticketing server that make a guest of this kind, by id or "
      "name." },
    { .name = NULL },
};

static const char server_modes[] = "online-first local-first never";

static const struct config_option server[] = {
    { "mode", CONFIG_CHOICE, "online-first", 0, 0, server_modes, 0,
      "Whether a guest's ticket is first asked about at the server: online-first; "
      "only\n"
      "where the station's own copy does not know it: local-first; or never." },
    { "events", CONFIG_TEXTS, "", 1, ROSTER_KEY_MAX, NULL, 0,
      "Events that this station keeps a copy of, by their short names. Empty: those "
      "of\n"
      "its roles, else all that the organiser has given to it." },
    { "follow", CONFIG_BOOL, "no", 0, 0, NULL, 0,
      "The role follows the event that the server selects for this device." },
    { "language", CONFIG_TEXT, "en", 2, 15, NULL, 0,
      "In which language names of products and sessions are kept, and the server "
      "explains." },
    { "download_s", CONFIG_INT, "300", 10, 86400, NULL, 0,
      "How often changes are fetched." },
    { "old_min", CONFIG_INT, "30", 1, 10000, NULL, 0,
      "From which age on the copy is called old, on screen and in status." },
    { "ca", CONFIG_TEXT, "", 0, SETUP_PATH_MAX, NULL, 0,
      "File of the authorities that may vouch for the server (PEM), these alone. "
      "Empty:\n"
      "the system's." },
    { "pins", CONFIG_TEXTS, "", 1, 127, NULL, 0,
      "Public keys of which the server must have one: \"sha256//BASE64=\". Empty: "
      "any\n"
      "that an authority vouches for." },
    { "proxy", CONFIG_TEXT, "", 0, 255, NULL, 0,
      "http://host:port of a proxy. Empty: none, whatever the environment says." },
    { .name = NULL },
};

static const struct config_option at[] = {
    { "role", CONFIG_TEXT, NULL, 1, ROLE_TEXT_MAX, NULL, 0,
      "The role from this time on, as above." },
    { .name = NULL },
};

const struct config_section setup_sections[] = {
    { "", false, top,
      "yuelai.conf: what a station is. See yuelai.conf(5).\n"
      "\n"
      "Every option stands here with its default, as a comment. After a change, check "
      "it\n"
      "(kioskd --check) and have it read again (systemctl reload kioskd); the log "
      "says\n"
      "what needs a restart.\n",
      NULL },
    { "station", false, station, "This kiosk among the others.", NULL },
    { "screen", false, screen, "The page for the guests and the staff.", NULL },
    { "scanner", true, scanner, "A scanner; any number of them, each with its name.",
      "#scanner \"front\" {\n"
      "#    uri = \"evdev:05e0:1200\"\n"
      "#}\n" },
    { "printer", true, printer,
      "A label printer; any number of them. Without one, badges wait.",
      "#printer \"left\" {\n"
      "#    uri = \"cups:Zebra_ZD421\"\n"
      "#    profile = \"zebra-zd421-203\"\n"
      "#    media = \"62x100\"\n"
      "#}\n" },
    { "server", false, server,
      "The ticketing server, once this station is enrolled there (kioskctl enrol).",
      NULL },
    { "at", true, at,
      "The time table: from a time on, in the zone above, the station has that role.",
      "#at \"2026-11-24 13:30\" {\n"
      "#    role = \"list=citec/hall-n2 direction=entry work=admit-only\"\n"
      "#}\n" },
    { "kind", true, kind,
      "A kind of guest: what badges call it, how they show it, who is told.",
      "#kind \"phd\" {\n"
      "#    label = \"OVERSEAS PhD\"\n"
      "#}\n"
      "#kind \"vip\" {\n"
      "#    design = \"vip-62x100\"\n"
      "#    alert = \"Call the protocol desk\"\n"
      "#}\n" },
    { .name = NULL },
};
