/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "channel-case.h"

#include <stdio.h>

#include <tests/common/leak-check.h>
#include <tests/common/test-time.h>
#include <tests/common/watchdog.h>

#include "channel-opening.h"

#define CASE_SECONDS 30
/* What a deadline may come late by: its own granularity and a busy machine */
#define TOLERANCE_MS 500

typedef struct
{
  const Row *row;
  gboolean client;
  gboolean tls;
} Play;

static TestBaseline baseline;

/* --- What holds for every row ------------------------------------------------------------------------------------- */

static void
check_verdict (ChannelCase *self)
{
  GstSignallingCloseClass close_class;
  gboolean failed;

  if (self->detached) {
    g_assert_cmpuint (self->n_after_end, ==, 0);
    return;
  }
  g_assert_cmpuint (self->n_ended, ==, 1);
  g_assert_cmpuint (self->n_answered, <=, 1);
  g_assert_cmpuint (self->n_after_end, ==, 0);
  close_class = gst_signalling_close_info_get_close_class (self->info);
  failed = close_class == GST_SIGNALLING_CLOSE_TRANSPORT || close_class == GST_SIGNALLING_CLOSE_PROTOCOL;
  g_assert_cmpint (gst_signalling_close_info_get_error (self->info) != NULL, ==, failed);
}

static void
check_time (ChannelCase *self)
{
  gint64 bound = self->limits.drain_ms + self->limits.reply_ms + test_time_scale (TOLERANCE_MS);

  if (self->close_time == 0 || self->detached || (self->row->flags & ROW_CLOSED_EARLY))
    return;
  g_assert_cmpint (channel_case_get_end_ms (self, self->close_time), <=, bound);
}

static gboolean
may_reset (ChannelCase *self)
{
  return (self->row->flags & ROW_RESET) || (self->row->flags & (self->client ? ROW_RESET_CLIENT : ROW_RESET_SERVER));
}

static void
check_wire (ChannelCase *self)
{
  RawSocket *socket = raw_peer_get_socket (self->peer);

  g_assert_cmpuint (raw_peer_count (self->peer, RAW_CLOSE), <=, 1);
  g_assert_cmpuint (raw_peer_count_data_after_close (self->peer), ==, 0);
  g_assert_cmpuint (raw_peer_count_wrong_masks (self->peer), ==, 0);
  if (self->peer_has_reset)
    return;
  raw_socket_look_for_reset (socket);
  if (!may_reset (self))
    g_assert_cmpint (raw_socket_get_end (socket), ==, RAW_END_FIN);
}

static const gchar *
class_name (GstSignallingCloseClass close_class)
{
  static const gchar *const names[] = { "CLEAN", "LOCAL", "TRANSPORT", "PROTOCOL", "HANDSHAKE" };

  return names[close_class];
}

/* For make-handshake-table.py, which reads either the output or the file. */
static void
write_row (const gchar *line)
{
  static FILE *file;
  const gchar *path = g_getenv ("GST_SIGNALLING_ROWS");

  g_test_message ("%s", line);
  if (path == NULL)
    return;
  if (file == NULL)
    file = fopen (path, "w");
  g_assert_nonnull (file);
  fprintf (file, "# %s\n", line);
  fflush (file);
}

static void
report (ChannelCase *self)
{
  g_autofree gchar *seen = raw_peer_describe (self->peer);
  g_autofree gchar *verdict = NULL;
  g_autofree gchar *line = NULL;

  if (self->is_open_question)
    verdict = g_strdup ("CLEAN or TRANSPORT");
  else if (self->info)
    verdict =
        g_strdup_printf ("%s clean=%d code=%u", class_name (gst_signalling_close_info_get_close_class (self->info)),
            gst_signalling_close_info_get_clean (self->info), gst_signalling_close_info_get_code (self->info));
  line = g_strdup_printf ("row %s | %s | %s%s | %s | %s%s | %s", self->row->id,
      self->row->variant ? self->row->variant : "", self->client ? "client" : "server", self->tls ? " tls" : "",
      verdict ? verdict : "let go of", seen, self->peer_has_reset ? " (it reset)" : "",
      self->row->note ? self->row->note : "");
  write_row (line);
}

static void
end_case (ChannelCase *self)
{
  if (!self->peer_has_reset) {
    raw_peer_fin (self->peer);
    raw_peer_read_to_end (self->peer, RAW_PATIENCE);
  }
  if (!self->detached)
    channel_case_wait_ended (self);
  channel_opening_stop (self);
  check_verdict (self);
  check_time (self);
  check_wire (self);
  report (self);
  g_clear_pointer (&self->info, gst_signalling_close_info_unref);
  g_clear_pointer (&self->peer, raw_peer_free);
  g_clear_pointer (&self->listener, raw_listener_free);
  g_ptr_array_unref (self->messages);
}

/* --- The tests ---------------------------------------------------------------------------------------------------- */

static void
scale_limits (GstSignallingChannelLimits *limits)
{
  limits->drain_ms = test_time_scale (limits->drain_ms);
  limits->reply_ms = test_time_scale (limits->reply_ms);
  limits->peer_ms = test_time_scale (limits->peer_ms);
  limits->fail_ms = test_time_scale (limits->fail_ms);
  limits->stall_ms = test_time_scale (limits->stall_ms);
  limits->ping_ms = test_time_scale (limits->ping_ms);
  limits->pong_ms = test_time_scale (limits->pong_ms);
}

/* Short, so that rows that wait for a deadline do not wait long; different, so that it shows which one it was. */
static const GstSignallingChannelLimits short_limits = {
  .drain_ms = 500,
  .reply_ms = 400,
  .peer_ms = 800,
  .fail_ms = 300,
  .max_message = 128 * 1024,
  .max_queue = 16 * 1024 * 1024,
  .max_queue_messages = 1000,
};

static void
play (const Play *play)
{
  ChannelCase self = { .row = play->row, .client = play->client, .tls = play->tls };

  self.limits = short_limits;
  scale_limits (&self.limits);
  self.messages = g_ptr_array_new_with_free_func (g_free);
  self.peer_flags = (play->tls ? RAW_SOCKET_TLS : 0) |
                    (play->row->flags & ROW_SMALL_WINDOW ? RAW_SOCKET_SMALL_WINDOW : RAW_SOCKET_PLAIN);
  play->row->run (&self);
  end_case (&self);
}

/* Whatever libraries make once and keep is made here. */
static void
run_warm_up (ChannelCase *self)
{
  channel_case_start (self);
  channel_case_close (self, 1000, NULL);
  raw_peer_expect_close (self->peer, 1000);
  raw_peer_send_close (self->peer, 1000, NULL);
  channel_case_end_tcp (self);
}

static void
warm_up (gboolean client)
{
  static gboolean done;
  const Row row = { "warm-up", NULL, run_warm_up };
  const Play plain = { &row, client, FALSE };
  const Play tls = { &row, client, TRUE };

  if (done)
    return;
  done = TRUE;
  play (&plain);
  play (&tls);
  test_baseline_take (&baseline);
}

static void
run_play (gconstpointer data)
{
  const Play *what = data;
  g_autofree gchar *name = g_strdup_printf ("row %s", what->row->id);

  test_watchdog_start (name, CASE_SECONDS);
  warm_up (what->client);
  play (what);
  test_baseline_check (&baseline, 3000);
  test_watchdog_stop ();
}

static void
add_play (const Row *row, gboolean client, gboolean tls)
{
  g_autofree gchar *path = g_strdup_printf ("/channel/%s%s/%s%s%s", client ? "client" : "server", tls ? "-tls" : "",
      row->id, row->variant ? "/" : "", row->variant ? row->variant : "");
  Play *what = g_new0 (Play, 1);

  what->row = row;
  what->client = client;
  what->tls = tls;
  g_strdelimit (path, " ", '-');
  g_test_add_data_func_full (path, what, run_play, g_free);
}

void
channel_rows_add (const Row *rows, guint n_rows, RowFlags role, gboolean slow)
{
  for (guint i = 0; i < n_rows; i++) {
    if ((rows[i].flags & role) == 0 || ((rows[i].flags & ROW_SLOW) != 0) != slow)
      continue;
    add_play (&rows[i], role == ROW_CLIENT, FALSE);
    if (rows[i].flags & ROW_TLS)
      add_play (&rows[i], role == ROW_CLIENT, TRUE);
  }
}
