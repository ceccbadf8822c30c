/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "channel-opening.h"
#include "channel-rows.h"

#include <tests/common/test-time.h>

#define BACKLOG_MESSAGES 100
#define BACKLOG_SIZE (64 * 1024)

static void
start_and_close (ChannelCase *self)
{
  channel_case_start (self);
  channel_case_close (self, 1000, "stop");
  g_assert_cmpstr (raw_peer_expect_close (self->peer, 1000)->reason, ==, "stop");
}

/* 8: the peer answers, with our code or row.number; stop() waits for no more than that */
static void
run_8 (ChannelCase *self)
{
  guint code = self->row->number ? self->row->number : 1000;

  start_and_close (self);
  raw_peer_send_close (self->peer, code, NULL);
  channel_case_wait_answered (self);
  channel_case_end_tcp (self);
  channel_case_expect (self, GST_SIGNALLING_CLOSE_LOCAL, TRUE, code);
  g_assert_cmpint (gst_signalling_close_info_get_initiator (self->info), ==, GST_SIGNALLING_INITIATOR_LOCAL);
}

/* 8b: and leaves TCP open */
static void
run_8b (ChannelCase *self)
{
  start_and_close (self);
  raw_peer_send_close (self->peer, 1000, NULL);
  channel_case_wait_answered (self);
  channel_case_expect (self, GST_SIGNALLING_CLOSE_LOCAL, TRUE, 1000);
  g_assert_cmpint (self->answered_time, <=, self->ended_time);
}

static void
run_8r (ChannelCase *self)
{
  start_and_close (self);
  raw_peer_send_close (self->peer, 1000, NULL);
  channel_case_peer_reset (self);
  channel_case_expect (self, GST_SIGNALLING_CLOSE_LOCAL, TRUE, 1000);
}

/* 9: never answered: given up at T_reply, and not before */
static void
run_9 (ChannelCase *self)
{
  start_and_close (self);
  channel_case_expect (self, GST_SIGNALLING_CLOSE_LOCAL, FALSE, 0);
  g_assert_cmpint (channel_case_get_end_ms (self, self->close_time), >=, self->limits.reply_ms);
}

/* 10: what every current Rust server does: FIN instead of a Close */
static void
run_10 (ChannelCase *self)
{
  start_and_close (self);
  raw_peer_fin (self->peer);
  channel_case_expect (self, GST_SIGNALLING_CLOSE_LOCAL, FALSE, 0);
}

static void
run_10b (ChannelCase *self)
{
  start_and_close (self);
  channel_case_peer_reset (self);
  channel_case_expect (self, GST_SIGNALLING_CLOSE_LOCAL, FALSE, 0);
}

/* 11: what the peer still had to say comes too late for our user, and does no harm */
static void
run_11 (ChannelCase *self)
{
  start_and_close (self);
  raw_peer_send_text (self->peer, "one");
  raw_peer_send_text (self->peer, "two");
  raw_peer_send_ping (self->peer, "there?");
  raw_peer_send_close (self->peer, 1000, NULL);
  channel_case_end_tcp (self);
  channel_case_expect (self, GST_SIGNALLING_CLOSE_LOCAL, TRUE, 1000);
  g_assert_cmpuint (channel_case_count_messages (self), ==, 0);
}

/* 11d: it talks on for ever */
static void
run_11d (ChannelCase *self)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  start_and_close (self);
  for (guint i = 0; i < 100; i++)
    raw_peer_append_text (self->peer, bytes, "I was not asked, but I have something to say all the same");
  while (!channel_case_has_ended (self))
    raw_peer_try_send_bytes (self->peer, bytes, 100);
  channel_case_expect (self, GST_SIGNALLING_CLOSE_LOCAL, FALSE, 0);
  g_assert_cmpuint (channel_case_count_messages (self), ==, 0);
}

static void
close_here (ChannelCase *self)
{
  channel_case_close_here (self, 1000, "ours");
}

/* 12: both at once: the peer's Close waits in the kernel when we call close */
static void
run_12 (ChannelCase *self)
{
  const RawFrame *ours;

  channel_case_start (self);
  channel_case_block (self, close_here);
  raw_peer_send_close (self->peer, 1001, "theirs");
  channel_case_unblock (self);
  ours = raw_peer_expect_close (self->peer, 1000);
  g_assert_cmpstr (ours->reason, ==, "ours");
  channel_case_end_tcp (self);
  channel_case_expect (self, GST_SIGNALLING_CLOSE_LOCAL, TRUE, 1001);
}

static void
expect_texts_in_order (ChannelCase *self, guint n)
{
  for (guint i = 0; i < n; i++) {
    const RawFrame *frame = raw_peer_expect_frame (self->peer, RAW_TEXT);
    g_autofree gchar *number = g_strndup (g_bytes_get_data (frame->payload, NULL), 6);

    g_assert_cmpuint (g_bytes_get_size (frame->payload), ==, BACKLOG_SIZE);
    g_assert_cmpuint ((guint) g_ascii_strtoull (number, NULL, 10), ==, i);
  }
}

/* 12b: both at once, with a backlog: libsoup alone loses our Close, libsoup_negative.c */
static void
run_12b (ChannelCase *self)
{
  channel_case_start (self);
  channel_case_fill (self, BACKLOG_MESSAGES, BACKLOG_SIZE);
  channel_case_close (self, 1000, "ours");
  raw_peer_send_close (self->peer, 1001, "theirs");
  raw_peer_look_away (self->peer, 100);
  while (raw_peer_count (self->peer, RAW_CLOSE) == 0)
    g_assert_nonnull (raw_peer_next_frame (self->peer, RAW_PATIENCE));
  channel_case_end_tcp (self);
  channel_case_expect (self, GST_SIGNALLING_CLOSE_LOCAL, TRUE, 1001);
}

/* 13: a backlog, and a peer that begins to read after row.number ms: everything arrives, in order, then the Close */
static void
run_13 (ChannelCase *self)
{
  self->limits.drain_ms = test_time_scale (self->row->number + 2000);
  channel_case_start (self);
  channel_case_send_many (self, BACKLOG_MESSAGES, BACKLOG_SIZE);
  channel_case_close (self, 1000, NULL);
  raw_peer_look_away (self->peer, self->row->number);
  expect_texts_in_order (self, BACKLOG_MESSAGES);
  raw_peer_expect_close (self->peer, 1000);
  raw_peer_send_close (self->peer, 1000, NULL);
  channel_case_end_tcp (self);
  channel_case_expect (self, GST_SIGNALLING_CLOSE_LOCAL, TRUE, 1000);
}

/* 13b: the peer never reads: over within the bound; what is cut off is cut off */
static void
run_13b (ChannelCase *self)
{
  channel_case_start (self);
  channel_case_fill (self, BACKLOG_MESSAGES, BACKLOG_SIZE);
  channel_case_close (self, 1000, NULL);
  channel_case_expect (self, GST_SIGNALLING_CLOSE_LOCAL, FALSE, 0);
  g_assert_cmpint (channel_case_get_end_ms (self, self->close_time), >=, self->limits.drain_ms);
  channel_opening_stop (self);
}

#define NOBODY_READS "the peer does not read, so the Close cannot get there"
#define FLOOD "the peer still sends when T_reply is over: a client's socket is closed over unread input"

/* clang-format off */
static const Row rows[] = {
  { "8", NULL, run_8, ROW_BOTH | ROW_TLS },
  { "8d", "other code", run_8, ROW_BOTH, 3001 },
  { "8b", "TCP stays open", run_8b, ROW_BOTH | ROW_TLS },
  { "8r", NULL, run_8r, ROW_BOTH | ROW_TLS },
  { "9", NULL, run_9, ROW_BOTH | ROW_TLS },
  { "10", NULL, run_10, ROW_BOTH | ROW_TLS },
  { "10b", NULL, run_10b, ROW_BOTH },
  { "11", NULL, run_11, ROW_BOTH },
  { "11d", NULL, run_11d, ROW_BOTH | ROW_RESET_CLIENT, 0, NULL, FLOOD },
  { "12", NULL, run_12, ROW_BOTH | ROW_TLS },
  { "12b", NULL, run_12b, ROW_BOTH | ROW_TLS | ROW_SMALL_WINDOW },
  { "13", "read after 1 s", run_13, ROW_BOTH | ROW_TLS | ROW_SLOW, 1000 },
  { "13", "read after 6 s", run_13, ROW_BOTH | ROW_SLOW, 6000 },
  { "13b", NULL, run_13b, ROW_BOTH | ROW_TLS | ROW_SMALL_WINDOW, 0, NULL, NOBODY_READS },
};
/* clang-format on */

const RowTable rows_we_end = { rows, G_N_ELEMENTS (rows) };
