/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The closing handshake, the channel being the client: every row of docs/closing-handshake.md. Given the argument
 * "slow", those that have to wait for seconds, else the others. */

#include <gst/gst.h>

#include "channel-rows.h"

#include <tests/common/log-guard.h>

int
main (int argc, char **argv)
{
  static const RowTable *const tables[] = { &rows_peer_ends, &rows_we_end, &rows_violations, &rows_misuse };
  gboolean slow;

  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  test_log_guard_start ();
  slow = argc > 1 && g_str_equal (argv[1], "slow");
  for (guint i = 0; i < G_N_ELEMENTS (tables); i++)
    channel_rows_add (tables[i]->rows, tables[i]->n_rows, ROW_CLIENT, slow);
  return g_test_run ();
}
