#ifndef YUELAI_COMMANDS_H
#define YUELAI_COMMANDS_H

/* commands: every command there is. Each is defined in the file named beside it and
 * listed once more in commands.c, in the order of kioskctl --help. */

#include "ctl/command.h"

/* commands_status.c */
extern const struct command command_status;
extern const struct command command_audit;

/* commands_reload.c */
extern const struct command command_reload;

/* commands_clock.c */
extern const struct command command_clock;
extern const struct command command_clock_confirm;
struct desk;
void commands_add_clock(const struct desk *desk, struct str *out); /* members */

/* commands_desk.c */
extern const struct command command_scan;
extern const struct command command_role;
extern const struct command command_reprint;
extern const struct command command_said;

/* commands_print.c */
extern const struct command command_queue;
extern const struct command command_queue_show;
extern const struct command command_queue_retry;
extern const struct command command_printers;
extern const struct command command_printer_test;
extern const struct command command_printer_drain;
extern const struct command command_printer_resume;

/* commands_profile.c */
extern const struct command command_printers_profiles;

/* commands_files.c */
extern const struct command command_import;

/* commands_export.c */
extern const struct command command_export;

/* commands_preflight.c */
extern const struct command command_preflight;

/* commands_pin.c */
extern const struct command command_pin_set;
extern const struct command command_pin_list;
extern const struct command command_pin_unlock;
extern const struct command command_pin_remove;

/* commands_key.c */
extern const struct command command_key_make;
extern const struct command command_key_list;
extern const struct command command_key_export;
extern const struct command command_key_import;
extern const struct command command_key_remove;

/* commands_roster.c */
extern const struct command command_lookup;
extern const struct command command_show;
extern const struct command command_lists;
extern const struct command command_outbox;

/* commands_enrol.c */
extern const struct command command_enrol;
extern const struct command command_server_roll;
extern const struct command command_server_leave;

/* commands_server.c */
extern const struct command command_server;
extern const struct command command_server_offline;
extern const struct command command_server_online;
extern const struct command command_server_believe;
extern const struct command command_sync;
extern const struct command command_outbox_retry;

/* commands_conflict.c */
extern const struct command command_conflicts;
extern const struct command command_conflict_done;

#endif
