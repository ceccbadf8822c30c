/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "channel-opening.h"
#include "channel-rows.h"

#include <tests/common/test-time.h>

#define OFFERED_MESSAGES 1000
#define OFFERED_SIZE (64 * 1024)
#define MEGABYTE (1024 * 1024)

/* 15: a peer that never answers a ping is dead, not before T_ping + T_pong and soon after */
static void
run_15_silent (ChannelCase *self)
{
  gint64 before = g_get_monotonic_time ();
  gint64 start;
  gint64 bound;

  self->limits.ping_ms = test_time_scale (1000);
  self->limits.pong_ms = test_time_scale (500);
  bound = self->limits.ping_ms + self->limits.pong_ms;
  channel_case_start (self);
  start = g_get_monotonic_time ();
  channel_case_expect (self, GST_SIGNALLING_CLOSE_TRANSPORT, FALSE, 0);
  channel_case_expect_error (self, GST_SIGNALLING_ERROR_CONNECTION_LOST);
  g_assert_cmpint (channel_case_get_end_ms (self, before), >=, bound);
  g_assert_cmpint (channel_case_get_end_ms (self, start), <=, bound + test_time_scale (2000));
  raw_peer_read_to_end (self->peer, RAW_PATIENCE);
  g_assert_cmpuint (raw_peer_count (self->peer, RAW_PING), >=, 1);
}

static void
answer_pings (ChannelCase *self, guint milliseconds)
{
  gint64 deadline = test_time_deadline (milliseconds);
  const RawFrame *frame;

  while (test_time_left (deadline) > 0) {
    RawFrameSpec pong = { .opcode = RAW_PONG };

    frame = raw_peer_next_frame (self->peer, 100);
    if (frame == NULL)
      continue;
    g_assert_cmpuint (frame->opcode, ==, RAW_PING);
    pong.payload = g_bytes_get_data (frame->payload, NULL);
    pong.length = g_bytes_get_size (frame->payload);
    raw_peer_send (self->peer, &pong);
  }
}

/* 15: one that has nothing to say but answers lives */
static void
run_15_answers (ChannelCase *self)
{
  self->limits.ping_ms = test_time_scale (1000);
  self->limits.pong_ms = test_time_scale (1000);
  channel_case_start (self);
  answer_pings (self, 4500);
  g_assert_false (channel_case_has_ended (self));
  g_assert_cmpuint (raw_peer_count (self->peer, RAW_PING), >=, 2);
  raw_peer_send_close (self->peer, 1000, NULL);
  raw_peer_expect_close (self->peer, 1000);
  channel_case_end_tcp (self);
  channel_case_expect (self, GST_SIGNALLING_CLOSE_CLEAN, TRUE, 1000);
}

/* 16: nobody wants it any more: the handshake is completed all the same */
static void
run_16_open (ChannelCase *self)
{
  channel_case_start (self);
  channel_case_detach (self);
  raw_peer_expect_close (self->peer, 1001);
  raw_peer_send_close (self->peer, 1001, NULL);
  channel_case_end_tcp (self);
}

static void
run_16_queued (ChannelCase *self)
{
  channel_case_start (self);
  channel_case_send (self, "last words");
  channel_case_detach (self);
  raw_peer_expect_text (self->peer, "last words");
  raw_peer_expect_close (self->peer, 1001);
  raw_peer_send_close (self->peer, 1001, NULL);
  channel_case_end_tcp (self);
}

static void
run_16_closing (ChannelCase *self)
{
  channel_case_start (self);
  channel_case_close (self, 1000, NULL);
  channel_case_detach (self);
  raw_peer_expect_close (self->peer, 1000);
  raw_peer_send_close (self->peer, 1000, NULL);
  channel_case_end_tcp (self);
}

/* 16d: libsoup alone does not send its reply when it is let go of just then. */
static void
run_16_peer_closing (ChannelCase *self)
{
  channel_case_start (self);
  channel_case_block (self, NULL);
  raw_peer_send_close (self->peer, 1000, NULL);
  channel_case_unblock (self);
  channel_case_detach (self);
  g_assert_nonnull (raw_peer_next_frame (self->peer, RAW_PATIENCE));
  g_assert_cmpuint (raw_peer_count (self->peer, RAW_CLOSE), ==, 1);
  channel_case_end_tcp (self);
}

static void
close_on_message (ChannelCase *self, const gchar *text)
{
  channel_case_close_here (self, 1000, NULL);
}

/* 16: the application stops in its own callback; the rest of the segment is not delivered */
static void
run_16_callback (ChannelCase *self)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  self->on_message = close_on_message;
  channel_case_start (self);
  raw_peer_append_text (self->peer, bytes, "stop");
  raw_peer_append_text (self->peer, bytes, "too late");
  raw_peer_send_bytes (self->peer, bytes);
  raw_peer_expect_close (self->peer, 1000);
  raw_peer_send_close (self->peer, 1000, NULL);
  channel_case_end_tcp (self);
  channel_case_expect (self, GST_SIGNALLING_CLOSE_LOCAL, TRUE, 1000);
  g_assert_cmpuint (channel_case_count_messages (self), ==, 1);
}

static void
detach_on_message (ChannelCase *self, const gchar *text)
{
  self->detached = TRUE;
  gst_signalling_channel_detach (self->channel);
  g_clear_object (&self->channel);
}

static void
run_16_detach_callback (ChannelCase *self)
{
  self->on_message = detach_on_message;
  channel_case_start (self);
  raw_peer_send_text (self->peer, "go away");
  raw_peer_expect_close (self->peer, 1001);
  raw_peer_send_close (self->peer, 1001, NULL);
  channel_case_end_tcp (self);
}

static void
check_refused (ChannelCase *self, const gchar *text, GstSignallingError code)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (channel_case_send_here (self, text, &error));
  g_assert_error (error, GST_SIGNALLING_ERROR, (gint) code);
}

static void
send_what_may_not_be (ChannelCase *self)
{
  g_autofree gchar *too_long = g_strnfill (self->limits.max_message + 1, 'x');

  check_refused (self, "\xc3\x28", GST_SIGNALLING_ERROR_INVALID_MESSAGE);
  /* What a server says is its own; only what it is told has a limit. */
  if (self->client)
    check_refused (self, too_long, GST_SIGNALLING_ERROR_TOO_LARGE);
}

static void
send_when_closed (ChannelCase *self)
{
  check_refused (self, "too late", GST_SIGNALLING_ERROR_CLOSED);
  channel_case_close_here (self, 4000, "again");
  g_assert_false (gst_signalling_channel_is_open (self->channel));
}

/* 17: sending what may not be, and when it may not be */
static void
run_17_send (ChannelCase *self)
{
  channel_case_start (self);
  channel_case_call (self, send_what_may_not_be);
  channel_case_close (self, 1000, NULL);
  channel_case_call (self, send_when_closed);
  raw_peer_expect_close (self->peer, 1000);
  raw_peer_send_close (self->peer, 1000, NULL);
  channel_case_end_tcp (self);
  channel_case_expect (self, GST_SIGNALLING_CLOSE_LOCAL, TRUE, 1000);
  channel_case_call (self, send_when_closed);
  g_assert_cmpuint (raw_peer_count (self->peer, RAW_TEXT), ==, 0);
}

/* 17: the same while what was queued is being written */
static void
run_17_draining (ChannelCase *self)
{
  channel_case_start (self);
  channel_case_send_many (self, 100, OFFERED_SIZE);
  channel_case_close (self, 1000, NULL);
  channel_case_call (self, send_when_closed);
  raw_peer_expect_close (self->peer, 1000);
  g_assert_cmpuint (raw_peer_count (self->peer, RAW_TEXT), ==, 100);
  raw_peer_send_close (self->peer, 1000, NULL);
  channel_case_end_tcp (self);
  channel_case_expect (self, GST_SIGNALLING_CLOSE_LOCAL, TRUE, 1000);
}

/* 17, while the peer's Close is being answered */
static void
run_17_peer_closing (ChannelCase *self)
{
  channel_case_start (self);
  raw_peer_send_close (self->peer, 1000, NULL);
  raw_peer_expect_close (self->peer, 1000);
  channel_case_call (self, send_when_closed);
  channel_case_end_tcp (self);
  channel_case_expect (self, GST_SIGNALLING_CLOSE_CLEAN, TRUE, 1000);
}

/* 17g: a reason that does not fit is cut at a character: 61 of these two-byte ones make 122 bytes. */
static void
run_17_reason (ChannelCase *self)
{
  g_autoptr (GString) reason = g_string_new (NULL);
  const RawFrame *ours;

  for (guint i = 0; i < 100; i++)
    g_string_append (reason, "ä");
  channel_case_start (self);
  channel_case_close (self, 4000, reason->str);
  ours = raw_peer_expect_close (self->peer, 4000);
  g_assert_cmpuint (strlen (ours->reason), ==, 122);
  g_assert_true (g_utf8_validate (ours->reason, -1, NULL));
  raw_peer_send_close (self->peer, 4000, NULL);
  channel_case_end_tcp (self);
  channel_case_expect (self, GST_SIGNALLING_CLOSE_LOCAL, TRUE, 4000);
}

/* What a role may send: docs/closing-handshake.md, "Close codes" */
static guint
code_on_the_wire (ChannelCase *self, guint code)
{
  switch (code) {
    case 1005:
      return 0;
    case 1010:
      return self->client ? 1010 : 1000;
    case 1011:
      return self->client ? 1000 : 1011;
    default:
      return code == 1001 || code == 3000 || code == 4999 ? code : 1000;
  }
}

/* 17i: codes that may not be sent become 1000 */
static void
run_17_code (ChannelCase *self)
{
  channel_case_start (self);
  channel_case_close (self, self->row->number, NULL);
  raw_peer_expect_close (self->peer, code_on_the_wire (self, self->row->number));
  raw_peer_send_close (self->peer, 1000, NULL);
  channel_case_end_tcp (self);
  channel_case_expect (self, GST_SIGNALLING_CLOSE_LOCAL, TRUE, 1000);
}

static gsize
resident_bytes (void)
{
  g_autofree gchar *text = NULL;
  g_auto (GStrv) fields = NULL;

  g_assert_true (g_file_get_contents ("/proc/self/statm", &text, NULL, NULL));
  fields = g_strsplit (text, " ", 3);
  return (gsize) g_ascii_strtoull (fields[1], NULL, 10) * 4096;
}

static void
offer_without_end (ChannelCase *self)
{
  g_autofree gchar *text = g_strnfill (OFFERED_SIZE, 'x');
  g_autoptr (GError) error = NULL;
  guint taken = 0;

  while (taken < OFFERED_MESSAGES && channel_case_send_here (self, text, &error))
    taken++;
  g_assert_cmpuint (taken, <, OFFERED_MESSAGES);
  g_assert_error (error, GST_SIGNALLING_ERROR, GST_SIGNALLING_ERROR_CLOSED);
}

/* 20: 64 MB for somebody who does not read: the queue stops at its bound */
static void
run_20_overflow (ChannelCase *self)
{
  gsize before;

  self->limits.max_queue = MEGABYTE;
  channel_case_start (self);
  before = resident_bytes ();
  channel_case_call (self, offer_without_end);
  g_assert_cmpuint (resident_bytes (), <, before + 24 * MEGABYTE);
  channel_case_expect (self, GST_SIGNALLING_CLOSE_TRANSPORT, FALSE, 0);
  channel_case_expect_error (self, GST_SIGNALLING_ERROR_WRITE);
  channel_opening_stop (self);
}

/* 20: the bound is not reached, but nothing moves for T_stall */
static void
run_20_stall (ChannelCase *self)
{
  gint64 before = g_get_monotonic_time ();
  gint64 start;

  self->limits.stall_ms = test_time_scale (600);
  channel_case_start (self);
  channel_case_send_many (self, 100, OFFERED_SIZE);
  start = g_get_monotonic_time ();
  channel_case_expect (self, GST_SIGNALLING_CLOSE_TRANSPORT, FALSE, 0);
  channel_case_expect_error (self, GST_SIGNALLING_ERROR_WRITE);
  g_assert_cmpint (channel_case_get_end_ms (self, before), >=, self->limits.stall_ms);
  g_assert_cmpint (channel_case_get_end_ms (self, start), <=, self->limits.stall_ms + test_time_scale (2000));
  channel_opening_stop (self);
}

/* 21: frames in the segment of the upgrade */
static void
run_21 (ChannelCase *self)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  channel_case_listen (self);
  raw_peer_append_text (self->peer, bytes, "first");
  raw_peer_append_text (self->peer, bytes, "second");
  raw_peer_append_close (self->peer, bytes, 1000, NULL);
  channel_case_shake_hands (self, bytes);
  channel_case_wait_open (self);
  raw_peer_expect_close (self->peer, 1000);
  channel_case_end_tcp (self);
  channel_case_expect (self, GST_SIGNALLING_CLOSE_CLEAN, TRUE, 1000);
  g_assert_cmpuint (channel_case_count_messages (self), ==, 2);
  channel_case_wait_message (self, "first");
  channel_case_wait_message (self, "second");
}

#define NOT_READ "the peer does not read, so nothing can be told to it"

/* clang-format off */
static const Row rows[] = {
  { "15", "silent peer", run_15_silent, ROW_BOTH | ROW_TLS | ROW_SLOW },
  { "15", "peer answers", run_15_answers, ROW_BOTH | ROW_SLOW },
  { "16", "let go of while open", run_16_open, ROW_BOTH | ROW_TLS },
  { "16", "let go of with a queue", run_16_queued, ROW_BOTH },
  { "16", "let go of while closing", run_16_closing, ROW_BOTH },
  { "16", "let go of while the peer closes", run_16_peer_closing, ROW_BOTH },
  { "16", "closed in a callback", run_16_callback, ROW_BOTH },
  { "16", "let go of in a callback", run_16_detach_callback, ROW_BOTH },
  { "17", "send", run_17_send, ROW_BOTH },
  { "17", "send while draining", run_17_draining, ROW_BOTH },
  { "17", "send while the peer closes", run_17_peer_closing, ROW_BOTH },
  { "17", "long reason", run_17_reason, ROW_BOTH },
  { "17", "code 0", run_17_code, ROW_BOTH, 0 },
  { "17", "code 42", run_17_code, ROW_BOTH, 42 },
  { "17", "code 999", run_17_code, ROW_BOTH, 999 },
  { "17", "code 1001", run_17_code, ROW_BOTH, 1001 },
  { "17", "code 1004", run_17_code, ROW_BOTH, 1004 },
  { "17", "code 1005", run_17_code, ROW_BOTH, 1005 },
  { "17", "code 1006", run_17_code, ROW_BOTH, 1006 },
  { "17", "code 1010", run_17_code, ROW_BOTH, 1010 },
  { "17", "code 1011", run_17_code, ROW_BOTH, 1011 },
  { "17", "code 1012", run_17_code, ROW_BOTH, 1012 },
  { "17", "code 1014", run_17_code, ROW_BOTH, 1014 },
  { "17", "code 1015", run_17_code, ROW_BOTH, 1015 },
  { "17", "code 2999", run_17_code, ROW_BOTH, 2999 },
  { "17", "code 3000", run_17_code, ROW_BOTH, 3000 },
  { "17", "code 4999", run_17_code, ROW_BOTH, 4999 },
  { "17", "code 5000", run_17_code, ROW_BOTH, 5000 },
  { "17", "code 65536", run_17_code, ROW_BOTH, 65536 },
  { "20", "overflow", run_20_overflow, ROW_BOTH | ROW_TLS | ROW_SMALL_WINDOW, 0, NULL, NOT_READ },
  { "20", "stall", run_20_stall, ROW_BOTH | ROW_TLS | ROW_SMALL_WINDOW, 0, NULL, NOT_READ },
  { "21", NULL, run_21, ROW_BOTH | ROW_TLS },
};
/* clang-format on */

const RowTable rows_misuse = { rows, G_N_ELEMENTS (rows) };
