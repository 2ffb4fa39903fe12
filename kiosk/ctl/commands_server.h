#ifndef YUELAI_COMMANDS_SERVER_H
#define YUELAI_COMMANDS_SERVER_H

/* commands_server: what the commands about the ticketing server share. */

#include "ctl/commands.h"

struct sync_status;

/* "online", "offline", "not enrolled", "revoked by the organiser". */
const char *server_link_word(const struct sync_status *status);
/* Answers with an error. */
void server_refuse(struct command_request *request, enum err_code code,
                   const char *text);
/* NULL: there is no daemon, and that was answered. */
struct sync *server_need(struct command_request *request);
/* Answers with what was done, and a text ("" = none). */
void server_did(struct command_request *request, const char *what, const char *text);
/* An audit row; false: it could not be kept, and that was answered. */
bool server_note(struct command_request *request, const char *what, const char *detail);

#endif
