/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "channel-rows.h"

#include <tests/common/test-time.h>

#define AFTER_REPLY_MS 150
#define BACKLOG_MESSAGES 100
#define BACKLOG_SIZE (128 * 1024)

/* 1: the plain case: Close, echo, FIN of the server, FIN of the client */
static void
run_1 (ChannelCase *self)
{
  const RawFrame *echo;

  channel_case_start (self);
  raw_peer_send_text (self->peer, "hello");
  channel_case_wait_message (self, "hello");
  raw_peer_send_close (self->peer, 1000, "bye");
  echo = raw_peer_expect_close (self->peer, 1000);
  g_assert_cmpstr (echo->reason, ==, "bye");
  channel_case_end_tcp (self);
  channel_case_expect (self, GST_SIGNALLING_CLOSE_CLEAN, TRUE, 1000);
  g_assert_cmpstr (gst_signalling_close_info_get_reason (self->info), ==, "bye");
  g_assert_cmpint (gst_signalling_close_info_get_initiator (self->info), ==, GST_SIGNALLING_INITIATOR_REMOTE);
}

/* 1r: many peers reset after our reply; that is no failure. */
static void
run_1r (ChannelCase *self)
{
  channel_case_start (self);
  raw_peer_send_close (self->peer, 1000, "bye");
  raw_peer_expect_close (self->peer, 1000);
  raw_peer_stay_idle (self->peer, AFTER_REPLY_MS);
  channel_case_peer_reset (self);
  channel_case_expect (self, GST_SIGNALLING_CLOSE_CLEAN, TRUE, 1000);
}

/* 2: browsers, gstwebrtc-api and Rust signallers close like that. */
static void
run_2 (ChannelCase *self)
{
  channel_case_start (self);
  raw_peer_send_close (self->peer, 0, NULL);
  raw_peer_expect_close (self->peer, 1000);
  channel_case_end_tcp (self);
  channel_case_expect (self, GST_SIGNALLING_CLOSE_CLEAN, TRUE, 1005);
}

/* 3a: every code that libsoup accepts, with the longest reason there can be */
static void
run_3a (ChannelCase *self)
{
  g_autofree gchar *reason = g_strnfill (123, 'r');
  const RawFrame *echo;

  channel_case_start (self);
  raw_peer_send_close (self->peer, self->row->number, reason);
  echo = raw_peer_expect_close (self->peer, self->row->number);
  g_assert_cmpstr (echo->reason, ==, reason);
  channel_case_end_tcp (self);
  channel_case_expect (self, GST_SIGNALLING_CLOSE_CLEAN, TRUE, self->row->number);
}

/* 3b: registered after RFC 6455, used by servers that restart */
static void
run_3b (ChannelCase *self)
{
  channel_case_start (self);
  raw_peer_send_close (self->peer, self->row->number, NULL);
  raw_peer_expect_close (self->peer, 1002);
  channel_case_end_tcp (self);
  channel_case_expect (self, GST_SIGNALLING_CLOSE_CLEAN, TRUE, self->row->number);
}

/* 3c, 3d: codes that must not be on the wire */
static void
run_3c (ChannelCase *self)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  guint8 payload[2] = { (guint8) (self->row->number >> 8), (guint8) self->row->number };
  RawFrameSpec spec = { .opcode = RAW_CLOSE, .payload = payload, .length = 2 };

  channel_case_start (self);
  raw_peer_send (self->peer, &spec);
  raw_peer_expect_close (self->peer, 1002);
  channel_case_end_tcp (self);
  channel_case_expect (self, GST_SIGNALLING_CLOSE_PROTOCOL, FALSE, self->row->number);
  channel_case_expect_error (self, GST_SIGNALLING_ERROR_PROTOCOL);
}

/* 3e, 3f: a Close that is no Close */
static void
run_3e (ChannelCase *self)
{
  const RawFrameSpec *spec = self->row->data;

  channel_case_start (self);
  raw_peer_send (self->peer, spec);
  raw_peer_expect_close (self->peer, 1002);
  channel_case_end_tcp (self);
  channel_case_expect (self, GST_SIGNALLING_CLOSE_PROTOCOL, FALSE, self->row->number);
  channel_case_expect_error (self, GST_SIGNALLING_ERROR_PROTOCOL);
}

static const RawFrameSpec one_byte = { .opcode = RAW_CLOSE, .payload = "\x03", .length = 1 };
static const RawFrameSpec not_final = { .opcode = RAW_CLOSE, .payload = "\x03\xe8", .length = 2, .not_final = TRUE };
static const RawFrameSpec bad_reason = { .opcode = RAW_CLOSE, .payload = "\x03\xe8\xc3\x28", .length = 4 };

/* 3g: libsoup takes it for a Close and then calls it an error; the server's guard refuses it first. */
static void
run_3g (ChannelCase *self)
{
  g_autofree gchar *payload = g_strnfill (self->row->number, 'r');
  RawFrameSpec spec = { .opcode = RAW_CLOSE, .payload = payload, .length = self->row->number };

  payload[0] = '\x03';
  payload[1] = '\xe8';
  channel_case_start (self);
  raw_peer_send (self->peer, &spec);
  raw_peer_expect_close (self->peer, 1002);
  channel_case_end_tcp (self);
  if (self->client)
    channel_case_expect (self, GST_SIGNALLING_CLOSE_CLEAN, TRUE, 1000);
  else
    channel_case_expect (self, GST_SIGNALLING_CLOSE_PROTOCOL, FALSE, 0);
}

static void
expect_lost (ChannelCase *self)
{
  channel_case_expect (self, GST_SIGNALLING_CLOSE_TRANSPORT, FALSE, 0);
  channel_case_expect_error (self, GST_SIGNALLING_ERROR_CONNECTION_LOST);
  g_assert_cmpint (gst_signalling_close_info_get_initiator (self->info), ==, GST_SIGNALLING_INITIATOR_NONE);
}

/* 4: the connection just ends, here in the middle of whatever row.data is */
static void
run_4 (ChannelCase *self)
{
  const RawFrameSpec *before = self->row->data;

  channel_case_start (self);
  if (before)
    raw_peer_send (self->peer, before);
  raw_peer_fin (self->peer);
  raw_peer_expect_end (self->peer, RAW_END_FIN);
  g_assert_cmpuint (raw_peer_count (self->peer, RAW_CLOSE), ==, 0);
  expect_lost (self);
}

static const RawFrameSpec half_a_frame = { .opcode = RAW_TEXT, .payload = "ab", .length = 2, .claimed_length = 9 };
static const RawFrameSpec fragment = { .opcode = RAW_TEXT, .payload = "ab", .length = 2, .not_final = TRUE };
static const RawFrameSpec whole_message = { .opcode = RAW_TEXT, .payload = "ab", .length = 2 };

/* 4 over TLS, ended politely as far as TLS goes */
static void
run_4_notify (ChannelCase *self)
{
  if (!self->tls) {
    run_4 (self);
    return;
  }
  channel_case_start (self);
  raw_socket_close_notify (raw_peer_get_socket (self->peer));
  raw_peer_fin (self->peer);
  raw_peer_expect_end (self->peer, RAW_END_FIN);
  expect_lost (self);
}

static void
run_5 (ChannelCase *self)
{
  channel_case_start (self);
  channel_case_peer_reset (self);
  expect_lost (self);
}

/* 5t: over TLS, bytes that are no TLS record; plain, bytes that are no frame */
static void
run_5t (ChannelCase *self)
{
  static const gchar junk[] = "\xff\xff\xff\xff this is neither a record nor a frame";

  channel_case_start (self);
  raw_socket_write_below_tls (raw_peer_get_socket (self->peer), junk, sizeof (junk));
  if (self->tls)
    expect_lost (self);
  else
    channel_case_expect (self, GST_SIGNALLING_CLOSE_PROTOCOL, FALSE, 0);
}

/* 6: the Close is there, and so is the reset, before we have answered */
static void
run_6 (ChannelCase *self)
{
  channel_case_start (self);
  raw_peer_send_close (self->peer, 1000, "bye");
  channel_case_peer_reset (self);
  channel_case_expect (self, GST_SIGNALLING_CLOSE_CLEAN, TRUE, 1000);
}

static void
run_6_blocked (ChannelCase *self)
{
  channel_case_start (self);
  channel_case_block (self, NULL);
  raw_peer_send_close (self->peer, 1000, "bye");
  channel_case_peer_reset (self);
  channel_case_unblock (self);
  channel_case_expect (self, GST_SIGNALLING_CLOSE_CLEAN, TRUE, 1000);
}

static void
run_6_backlog (ChannelCase *self)
{
  channel_case_start (self);
  channel_case_fill (self, BACKLOG_MESSAGES, BACKLOG_SIZE);
  channel_case_block (self, NULL);
  raw_peer_send_close (self->peer, 1000, "bye");
  channel_case_peer_reset (self);
  channel_case_unblock (self);
  /* What libsoup's client meets first, with its output blocked over TLS, is up to the order in which two of its
   * sources are dispatched. */
  if (self->client && self->tls)
    channel_case_expect_clean_or_lost (self, 1000);
  else
    channel_case_expect (self, GST_SIGNALLING_CLOSE_CLEAN, TRUE, 1000);
}

/* 6c: a Rust signaller's stop(): Close without code, and gone */
static void
run_6c (ChannelCase *self)
{
  channel_case_start (self);
  channel_case_block (self, NULL);
  raw_peer_send_close (self->peer, 0, NULL);
  raw_peer_fin (self->peer);
  channel_case_unblock (self);
  raw_peer_expect_close (self->peer, 1000);
  raw_peer_expect_end (self->peer, RAW_END_FIN);
  channel_case_expect (self, GST_SIGNALLING_CLOSE_CLEAN, TRUE, 1005);
}

/* 7: Close, and TCP stays open for ever */
static void
run_7 (ChannelCase *self)
{
  gint64 start;

  channel_case_start (self);
  start = g_get_monotonic_time ();
  raw_peer_send_close (self->peer, 1000, "bye");
  raw_peer_expect_close (self->peer, 1000);
  channel_case_expect (self, GST_SIGNALLING_CLOSE_CLEAN, TRUE, 1000);
  g_assert_cmpint (channel_case_get_end_ms (self, start), <=, self->limits.peer_ms + test_time_scale (500));
}

/* 7 with the deadlines that are used outside of tests: libsoup's own is shorter, and its unwinding undisturbed. */
static void
run_7_default (ChannelCase *self)
{
  self->limits = gst_signalling_channel_default_limits;
  run_7 (self);
}

/* 11b: whoever talks on after his Close is not heard, and gets the reply all the same */
static void
run_11b (ChannelCase *self)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autofree gchar *text = g_strnfill (self->row->number, 't');

  channel_case_start (self);
  raw_peer_append_close (self->peer, bytes, 1000, NULL);
  for (guint i = 0; i < 200; i++)
    raw_peer_append_text (self->peer, bytes, text);
  raw_peer_send_bytes (self->peer, bytes);
  raw_peer_expect_close (self->peer, 1000);
  channel_case_end_tcp (self);
  channel_case_expect (self, GST_SIGNALLING_CLOSE_CLEAN, TRUE, 1000);
  g_assert_cmpuint (channel_case_count_messages (self), ==, 0);
}

/* 12c, 29: the peer closes while our output is blocked; it reads again after row.number ms, or not until the end. A
 * client has given libsoup one message, so that the kernel has taken the reply behind it: delivered or not, it was
 * sent. */
static void
run_12c (ChannelCase *self)
{
  channel_case_start (self);
  channel_case_fill (self, BACKLOG_MESSAGES, BACKLOG_SIZE);
  raw_peer_send_close (self->peer, 1000, "bye");
  if (self->row->number) {
    raw_peer_look_away (self->peer, self->row->number);
    raw_peer_expect_close (self->peer, 1000);
    channel_case_end_tcp (self);
  }
  channel_case_expect (self, GST_SIGNALLING_CLOSE_CLEAN, self->client || self->row->number != 0, 1000);
}

#define UNREAD_JUNK "libsoup's client closes its socket over what TLS could not make sense of"
#define RESET_OVERTAKES "over TLS libsoup's client may fail to write before it reads the Close: TRANSPORT then"
#define LIBSOUP_1002 "libsoup answers 1002, which cannot be changed from outside"

/* clang-format off */
static const Row rows[] = {
  { "1", NULL, run_1, ROW_BOTH | ROW_TLS },
  { "1r", NULL, run_1r, ROW_BOTH | ROW_TLS },
  { "2", NULL, run_2, ROW_BOTH },
  { "3a", "1001", run_3a, ROW_BOTH, 1001 },
  { "3a", "1002", run_3a, ROW_BOTH, 1002 },
  { "3a", "1003", run_3a, ROW_BOTH, 1003 },
  { "3a", "1007", run_3a, ROW_BOTH, 1007 },
  { "3a", "1008", run_3a, ROW_BOTH, 1008 },
  { "3a", "1009", run_3a, ROW_BOTH, 1009 },
  { "3a", "1010", run_3a, ROW_BOTH, 1010 },
  { "3a", "1011", run_3a, ROW_BOTH, 1011 },
  { "3a", "3000", run_3a, ROW_BOTH, 3000 },
  { "3a", "4000", run_3a, ROW_BOTH, 4000 },
  { "3a", "4999", run_3a, ROW_BOTH, 4999 },
  { "3b", "1012", run_3b, ROW_BOTH, 1012, NULL, LIBSOUP_1002 },
  { "3b", "1013", run_3b, ROW_BOTH, 1013, NULL, LIBSOUP_1002 },
  { "3b", "1014", run_3b, ROW_BOTH, 1014, NULL, LIBSOUP_1002 },
  { "3c", "0", run_3c, ROW_BOTH, 0 },
  { "3c", "999", run_3c, ROW_BOTH, 999 },
  { "3c", "1004", run_3c, ROW_BOTH, 1004 },
  { "3c", "1016", run_3c, ROW_BOTH, 1016 },
  { "3c", "2999", run_3c, ROW_BOTH, 2999 },
  { "3c", "5000", run_3c, ROW_BOTH, 5000 },
  { "3d", "1005", run_3c, ROW_BOTH, 1005 },
  { "3d", "1006", run_3c, ROW_BOTH, 1006 },
  { "3d", "1015", run_3c, ROW_BOTH, 1015 },
  { "3e", "one byte", run_3e, ROW_BOTH, 0, &one_byte },
  { "3e", "not final", run_3e, ROW_BOTH, 0, &not_final },
  { "3f", "not UTF-8", run_3e, ROW_BOTH, 1000, &bad_reason },
  { "3g", "132 bytes", run_3g, ROW_SERVER, 132 },
  { "3g", "132 bytes", run_3g, ROW_CLIENT, 132, NULL, LIBSOUP_1002 },
  { "3g", "60000 bytes", run_3g, ROW_SERVER, 60000 },
  { "3g", "60000 bytes", run_3g, ROW_CLIENT, 60000, NULL, LIBSOUP_1002 },
  { "4", "FIN", run_4, ROW_BOTH | ROW_TLS },
  { "4", "FIN after a message", run_4, ROW_BOTH | ROW_TLS, 0, &whole_message },
  { "4", "FIN inside a frame", run_4, ROW_BOTH | ROW_TLS, 0, &half_a_frame },
  { "4", "FIN between fragments", run_4, ROW_BOTH | ROW_TLS, 0, &fragment },
  { "4", "close_notify and FIN", run_4_notify, ROW_BOTH | ROW_TLS },
  { "5", "RST", run_5, ROW_BOTH | ROW_TLS },
  { "5t", "junk", run_5t, ROW_BOTH | ROW_TLS | ROW_RESET_CLIENT, 0, NULL, UNREAD_JUNK },
  { "6", "at once", run_6, ROW_BOTH | ROW_TLS },
  { "6", "loop blocked", run_6_blocked, ROW_BOTH | ROW_TLS },
  { "6", "13 MB queued", run_6_backlog, ROW_SERVER | ROW_TLS | ROW_SMALL_WINDOW },
  { "6", "13 MB queued", run_6_backlog, ROW_CLIENT | ROW_TLS | ROW_SMALL_WINDOW, 0, NULL, RESET_OVERTAKES },
  { "6c", NULL, run_6c, ROW_BOTH | ROW_TLS },
  { "7", NULL, run_7, ROW_BOTH | ROW_TLS },
  { "7", "default deadlines", run_7_default, ROW_BOTH | ROW_SLOW },
  { "11b", "200 texts", run_11b, ROW_BOTH | ROW_TLS, 10 },
  { "11b", "1.2 MB", run_11b, ROW_BOTH | ROW_TLS, 6000 },
  { "12c", NULL, run_12c, ROW_BOTH | ROW_SMALL_WINDOW, 200 },
  { "29", NULL, run_12c, ROW_BOTH | ROW_SMALL_WINDOW, 0, NULL, "the peer does not read, so the reply cannot get there" },
};
/* clang-format on */

const RowTable rows_peer_ends = { rows, G_N_ELEMENTS (rows) };
