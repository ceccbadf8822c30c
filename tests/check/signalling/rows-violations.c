/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "channel-opening.h"
#include "channel-rows.h"

#include <tests/common/test-time.h>

#define BACKLOG_MESSAGES 100
#define BACKLOG_SIZE (64 * 1024)
#define N_PINGS 200000

/* Up to three frames that break RFC 6455 together. */
typedef struct
{
  RawFrameSpec frames[3];
  gboolean wrong_mask; /* a client's frame unmasked, a server's masked (5.1) */
} Violation;

static void
append_violation (ChannelCase *self, GByteArray *bytes)
{
  const Violation *violation = self->row->data;

  for (guint i = 0; i < G_N_ELEMENTS (violation->frames); i++) {
    RawFrameSpec spec = violation->frames[i];

    if (spec.opcode == 0 && spec.length == 0)
      continue;
    if (violation->wrong_mask)
      spec.mask = self->client ? RAW_MASK_ALWAYS : RAW_MASK_NEVER;
    raw_peer_append (self->peer, bytes, &spec);
  }
}

/* 14a, 14b: one verdict, one Close with row.number, nothing delivered of what follows in the same segment */
static void
run_14a (ChannelCase *self)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  channel_case_start (self);
  append_violation (self, bytes);
  raw_peer_append_text (self->peer, bytes, "behind the violation");
  raw_peer_append_text (self->peer, bytes, "and again");
  raw_peer_append_close (self->peer, bytes, 1000, NULL);
  raw_peer_send_bytes (self->peer, bytes);
  raw_peer_expect_close (self->peer, self->row->number);
  channel_case_end_tcp (self);
  channel_case_expect (self, GST_SIGNALLING_CLOSE_PROTOCOL, FALSE, 0);
  channel_case_expect_error (self, GST_SIGNALLING_ERROR_PROTOCOL);
  g_assert_cmpuint (channel_case_count_messages (self), ==, 0);
}

static const guint8 long_ping[126] = { 'p' };

/* clang-format off */
static const Violation unknown_opcode = { { { .opcode = 0x3, .payload = "?", .length = 1 } } };
static const Violation unknown_control = { { { .opcode = 0xb, .payload = "?", .length = 1 } } };
static const Violation rsv1 = { { { .opcode = RAW_TEXT, .payload = "?", .length = 1, .rsv = 4 } } };
static const Violation rsv2 = { { { .opcode = RAW_TEXT, .payload = "?", .length = 1, .rsv = 2 } } };
static const Violation rsv3 = { { { .opcode = RAW_TEXT, .payload = "?", .length = 1, .rsv = 1 } } };
static const Violation lone_continuation = { { { .opcode = RAW_CONTINUATION, .payload = "?", .length = 1 } } };
static const Violation text_in_fragments = { { { .opcode = RAW_TEXT, .payload = "?", .length = 1, .not_final = TRUE },
                                               { .opcode = RAW_TEXT, .payload = "?", .length = 1 } } };
static const Violation long_form_2 = { { { .opcode = RAW_TEXT, .payload = "?", .length = 1, .length_bytes = 2 } } };
static const Violation long_form_8 = { { { .opcode = RAW_TEXT, .payload = "?", .length = 1, .length_bytes = 8 } } };
static const Violation wrong_mask = { { { .opcode = RAW_TEXT, .payload = "?", .length = 1 } }, TRUE };
static const Violation half_ping = { { { .opcode = RAW_PING, .payload = "?", .length = 1, .not_final = TRUE } } };
static const Violation big_ping = { { { .opcode = RAW_PING, .payload = long_ping, .length = sizeof (long_ping) } } };
static const Violation not_utf8 = { { { .opcode = RAW_TEXT, .payload = "\xc3\x28", .length = 2 } } };
/* clang-format on */

/* 14c: decided on the header */
static void
run_14c (ChannelCase *self)
{
  RawFrameSpec spec = { .opcode = RAW_TEXT, .payload = "xxxx", .length = 4 };

  spec.claimed_length = self->limits.max_message + 1;
  channel_case_start (self);
  raw_peer_send (self->peer, &spec);
  if (!self->client)
    raw_peer_expect_close (self->peer, 1009);
  channel_case_expect (self, GST_SIGNALLING_CLOSE_PROTOCOL, FALSE, 0);
  channel_case_expect_error (self, GST_SIGNALLING_ERROR_PROTOCOL);
}

/* 14c: as long as allowed is not too long */
static void
run_14c_longest (ChannelCase *self)
{
  g_autofree gchar *text = g_strnfill (self->limits.max_message, 'x');

  channel_case_start (self);
  raw_peer_send_text (self->peer, text);
  channel_case_wait_message (self, text);
  raw_peer_send_close (self->peer, 1000, NULL);
  raw_peer_expect_close (self->peer, 1000);
  channel_case_end_tcp (self);
  channel_case_expect (self, GST_SIGNALLING_CLOSE_CLEAN, TRUE, 1000);
}

static void
send_fragments (ChannelCase *self, gsize total)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autofree gchar *text = g_strnfill (1024, 'f');

  for (gsize sent = 0; sent < total; sent += 1024) {
    RawFrameSpec spec = { .opcode = sent == 0 ? RAW_TEXT : RAW_CONTINUATION, .payload = text, .length = 1024 };

    spec.not_final = sent + 1024 < total;
    raw_peer_append (self->peer, bytes, &spec);
  }
  raw_peer_send_bytes (self->peer, bytes);
}

/* 14d: many small fragments that make a message too long */
static void
run_14d (ChannelCase *self)
{
  channel_case_start (self);
  send_fragments (self, 2 * self->limits.max_message);
  raw_peer_expect_close (self->peer, 1009);
  channel_case_end_tcp (self);
  channel_case_expect (self, GST_SIGNALLING_CLOSE_PROTOCOL, FALSE, 0);
  channel_case_expect_error (self, GST_SIGNALLING_ERROR_PROTOCOL);
}

/* 14d, client: without the limit on a whole message that came with libsoup 3.7 it gets through. */
static void
run_14d_client (ChannelCase *self)
{
  g_autoptr (GTypeClass) klass = g_type_class_ref (SOUP_TYPE_WEBSOCKET_CONNECTION);
  g_autofree gchar *text = g_strnfill (2 * self->limits.max_message, 'f');

  channel_case_start (self);
  send_fragments (self, 2 * self->limits.max_message);
  if (g_object_class_find_property (G_OBJECT_CLASS (klass), "max-total-message-size")) {
    channel_case_expect (self, GST_SIGNALLING_CLOSE_PROTOCOL, FALSE, 0);
    return;
  }
  channel_case_wait_message (self, text);
  raw_peer_send_close (self->peer, 1000, NULL);
  raw_peer_expect_close (self->peer, 1000);
  channel_case_end_tcp (self);
  channel_case_expect (self, GST_SIGNALLING_CLOSE_CLEAN, TRUE, 1000);
}

static void
break_while_blocked (ChannelCase *self)
{
  RawFrameSpec spec = { .opcode = 0x3, .payload = "?", .length = 1 };

  channel_case_start (self);
  channel_case_fill (self, BACKLOG_MESSAGES, BACKLOG_SIZE);
  raw_peer_send (self->peer, &spec);
}

/* 14f: a violation while our output is blocked, and the peer never reads: libsoup alone never ends */
static void
run_14f (ChannelCase *self)
{
  gint64 start;

  break_while_blocked (self);
  start = g_get_monotonic_time ();
  channel_case_expect (self, GST_SIGNALLING_CLOSE_PROTOCOL, FALSE, 0);
  channel_case_expect_error (self, GST_SIGNALLING_ERROR_PROTOCOL);
  g_assert_cmpint (channel_case_get_end_ms (self, start), <=, self->limits.fail_ms + test_time_scale (1000));
  channel_opening_stop (self);
}

/* 14g: and the peer reads everything then: libsoup's server alone aborts the process */
static void
run_14g (ChannelCase *self)
{
  if (self->row->number) {
    self->limits.ping_ms = test_time_scale (self->row->number);
    self->limits.pong_ms = test_time_scale (5000);
  }
  break_while_blocked (self);
  if (self->row->number)
    raw_peer_look_away (self->peer, self->row->number * 2);
  raw_peer_expect_end (self->peer, RAW_END_FIN);
  channel_case_expect (self, GST_SIGNALLING_CLOSE_PROTOCOL, FALSE, 0);
}

/* 28: a flood of pings from somebody who does not read the pongs; another client of the same thread is served */
static void
run_28 (ChannelCase *self)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  RawFrameSpec ping = { .opcode = RAW_PING, .payload = "ping", .length = 4 };
  gint64 start;

  channel_case_start (self);
  for (guint i = 0; i < N_PINGS; i++)
    raw_peer_append (self->peer, bytes, &ping);
  start = g_get_monotonic_time ();
  raw_peer_try_send_bytes (self->peer, bytes, 2000);
  channel_case_expect (self, GST_SIGNALLING_CLOSE_PROTOCOL, FALSE, 0);
  channel_case_expect_error (self, GST_SIGNALLING_ERROR_PROTOCOL);
  g_assert_cmpint (channel_case_get_end_ms (self, start), <=, test_time_scale (2000));
}

#define NO_CLOSE_FRAME "libsoup's client drops the connection without a Close frame"
#define NO_LIMIT "before libsoup 3.7 a client has no limit on a fragmented message"
#define STILL_SENDING "the peer still sends when the time for its FIN is over"

/* clang-format off */
static const Row rows[] = {
  { "14a", "unknown opcode", run_14a, ROW_BOTH | ROW_TLS, 1002, &unknown_opcode },
  { "14a", "unknown control opcode", run_14a, ROW_BOTH, 1002, &unknown_control },
  { "14a", "RSV1", run_14a, ROW_BOTH, 1002, &rsv1 },
  { "14a", "RSV2", run_14a, ROW_BOTH, 1002, &rsv2 },
  { "14a", "RSV3", run_14a, ROW_BOTH, 1002, &rsv3 },
  { "14a", "continuation of nothing", run_14a, ROW_BOTH, 1002, &lone_continuation },
  { "14a", "text between fragments", run_14a, ROW_BOTH, 1002, &text_in_fragments },
  { "14a", "length in 2 bytes", run_14a, ROW_BOTH, 1002, &long_form_2 },
  { "14a", "length in 8 bytes", run_14a, ROW_BOTH, 1002, &long_form_8 },
  { "14a", "wrong masking", run_14a, ROW_BOTH, 1002, &wrong_mask },
  { "14a", "fragmented ping", run_14a, ROW_BOTH, 1002, &half_ping },
  { "14a", "ping of 126 bytes", run_14a, ROW_BOTH, 1002, &big_ping },
  { "14b", "not UTF-8", run_14a, ROW_BOTH | ROW_TLS, 1007, &not_utf8 },
  { "14c", "frame too long", run_14c, ROW_SERVER | ROW_TLS },
  { "14c", "frame too long", run_14c, ROW_CLIENT | ROW_TLS | ROW_RESET, 0, NULL, NO_CLOSE_FRAME },
  { "14c", "longest allowed", run_14c_longest, ROW_BOTH },
  { "14d", "fragments too long", run_14d, ROW_SERVER },
  { "14d", "fragments too long", run_14d_client, ROW_CLIENT, 0, NULL, NO_LIMIT },
  { "14f", NULL, run_14f, ROW_BOTH | ROW_TLS | ROW_SMALL_WINDOW },
  { "14g", NULL, run_14g, ROW_BOTH | ROW_TLS | ROW_SMALL_WINDOW },
  { "14g", "ping due", run_14g, ROW_BOTH | ROW_TLS | ROW_SMALL_WINDOW, 200 },
  { "28", NULL, run_28, ROW_SERVER | ROW_RESET | ROW_SMALL_WINDOW, 0, NULL, STILL_SENDING },
};
/* clang-format on */

const RowTable rows_violations = { rows, G_N_ELEMENTS (rows) };
