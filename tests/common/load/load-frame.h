/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* RFC 6455, section 5.2. */
enum
{
  LOAD_OPCODE_CONTINUATION = 0x0,
  LOAD_OPCODE_TEXT = 0x1,
  LOAD_OPCODE_BINARY = 0x2,
  LOAD_OPCODE_CLOSE = 0x8,
  LOAD_OPCODE_PING = 0x9,
  LOAD_OPCODE_PONG = 0xa,
};

typedef enum
{
  LOAD_FRAME_COMPLETE,
  LOAD_FRAME_INCOMPLETE,
  LOAD_FRAME_ILLEGAL,
} LoadFrameStatus;

/* A frame in the buffer it was received in. */
typedef struct
{
  gboolean fin;
  guint8 opcode;
  const guint8 *payload;
  gsize length;
  gsize total; /* header and payload together */
} LoadFrame;

void load_frame_append (GByteArray *out, guint8 opcode, gboolean fin, const void *payload, gsize length);
LoadFrameStatus load_frame_parse (const guint8 *data, gsize length, LoadFrame *frame);
