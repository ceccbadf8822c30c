/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A signalling server in a process of its own: any program that understands --host and --port, and says on its
 * standard output when it is listening. It keeps its port when it is started again. */
typedef struct _TestServerProcess TestServerProcess;

TestServerProcess *test_server_process_new (const gchar *const *command) G_GNUC_WARN_UNUSED_RESULT;
/* Kills it when it still runs. */
void test_server_process_free (TestServerProcess *server);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestServerProcess, test_server_process_free)

/* Returns when it listens; fails the test when it ends before. */
void test_server_process_start (TestServerProcess *server);
/* Sends the signal and waits for the end: the exit status, or the negative number of the signal it died of. */
gint test_server_process_stop (TestServerProcess *server, gint signal_number);

const gchar *test_server_process_get_url (TestServerProcess *server);
gint test_server_process_get_pid (TestServerProcess *server);

G_END_DECLS
