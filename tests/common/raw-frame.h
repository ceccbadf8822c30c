/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* RFC 6455 frames as a test wants them: every field can be wrong on purpose. */

typedef enum
{
  RAW_CONTINUATION = 0x0,
  RAW_TEXT = 0x1,
  RAW_BINARY = 0x2,
  RAW_CLOSE = 0x8,
  RAW_PING = 0x9,
  RAW_PONG = 0xa,
} RawOpcode;

typedef enum
{
  RAW_MASK_BY_ROLE, /* what RFC 6455, 5.1 wants: clients mask, servers do not */
  RAW_MASK_ALWAYS,
  RAW_MASK_NEVER,
} RawMask;

/* A frame to be sent. Zero-filled is an empty, final, correct continuation frame. */
typedef struct
{
  guint opcode;
  const void *payload;
  gsize length;
  gboolean not_final;
  guint rsv; /* RSV1 = 4, RSV2 = 2, RSV3 = 1 */
  RawMask mask;
  guint length_bytes;     /* 0: the shortest form; 2 or 8: that one, though a shorter one would do */
  guint64 claimed_length; /* 0: the true length */
} RawFrameSpec;

/* A frame that was received. */
typedef struct
{
  guint opcode;
  gboolean final;
  guint rsv;
  gboolean masked;
  GBytes *payload; /* unmasked */
  guint code;      /* of a Close: 0 when there is none */
  gchar *reason;   /* of a Close: NULL when there is none */
  gint64 time;     /* monotonic time of its being read, µs */
} RawFrame;

/* @client: whether the sender plays the client, for RAW_MASK_BY_ROLE */
void raw_frame_append (GByteArray *out, const RawFrameSpec *spec, gboolean client);
/* The payload of a Close; code 0 gives an empty one. */
GByteArray *raw_close_payload_new (guint code, const gchar *reason) G_GNUC_WARN_UNUSED_RESULT;
/* The bytes that the first frame in @data takes, 0 when it is not complete. */
gsize raw_frame_parse (const guint8 *data, gsize size, RawFrame **frame);
void raw_frame_free (RawFrame *frame);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RawFrame, raw_frame_free)
/* "Close 1000", "text[5]", … */
gchar *raw_frame_describe (const RawFrame *frame) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
