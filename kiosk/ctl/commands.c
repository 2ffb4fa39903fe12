#include "ctl/commands.h"

const struct command *const commands[] = {
    /* clang-format off */
    &command_status,
    &command_scan,
    &command_role,
    &command_import,
    &command_export,
    &command_lookup,
    &command_show,
    &command_lists,
    &command_reprint,
    &command_queue,
    &command_queue_show,
    &command_queue_retry,
    &command_said,
    &command_printers,
    &command_printer_test,
    &command_printer_drain,
    &command_printer_resume,
    &command_outbox,
    &command_audit,
    &command_reload,
    &command_clock,
    &command_clock_confirm,
    &command_pin_set,
    &command_pin_list,
    &command_pin_unlock,
    &command_pin_remove,
    NULL,
    /* clang-format on */
};
