/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "raw-frame.h"

#include <string.h>

#define FIN_BIT 0x80
#define MASK_BIT 0x80
#define LENGTH_IN_2_BYTES 126
#define LENGTH_IN_8_BYTES 127

static const guint8 masking_key[4] = { 0x13, 0x57, 0x9b, 0xdf };

static void
append_number (GByteArray *out, guint64 number, guint bytes)
{
  while (bytes-- > 0) {
    guint8 byte = (guint8) (number >> (8 * bytes));

    g_byte_array_append (out, &byte, 1);
  }
}

static void
append_length (GByteArray *out, guint64 length, guint length_bytes, guint8 mask_bit)
{
  guint bytes = length_bytes ? length_bytes : length < LENGTH_IN_2_BYTES ? 0 : length <= G_MAXUINT16 ? 2 : 8;
  guint8 first = bytes == 0 ? (guint8) length : bytes == 2 ? LENGTH_IN_2_BYTES : LENGTH_IN_8_BYTES;

  append_number (out, (guint8) (first | mask_bit), 1);
  append_number (out, length, bytes);
}

void
raw_frame_append (GByteArray *out, const RawFrameSpec *spec, gboolean client)
{
  gboolean masked = spec->mask == RAW_MASK_ALWAYS || (spec->mask == RAW_MASK_BY_ROLE && client);
  guint8 first = (guint8) ((spec->not_final ? 0 : FIN_BIT) | (spec->rsv << 4) | spec->opcode);
  guint start;

  g_byte_array_append (out, &first, 1);
  append_length (
      out, spec->claimed_length ? spec->claimed_length : spec->length, spec->length_bytes, masked ? MASK_BIT : 0);
  if (masked)
    g_byte_array_append (out, masking_key, sizeof (masking_key));
  start = out->len;
  if (spec->length > 0)
    g_byte_array_append (out, spec->payload, (guint) spec->length);
  if (masked) {
    for (guint i = 0; i < spec->length; i++)
      out->data[start + i] ^= masking_key[i % 4];
  }
}

GByteArray *
raw_close_payload_new (guint code, const gchar *reason)
{
  GByteArray *payload = g_byte_array_new ();

  if (code == 0 && reason == NULL)
    return payload;
  append_number (payload, code, 2);
  if (reason)
    g_byte_array_append (payload, (const guint8 *) reason, (guint) strlen (reason));
  return payload;
}

static guint64
read_number (const guint8 *data, guint bytes)
{
  guint64 number = 0;

  for (guint i = 0; i < bytes; i++)
    number = number << 8 | data[i];
  return number;
}

static GBytes *
take_payload (const guint8 *data, gsize length, const guint8 *mask)
{
  guint8 *copy = g_memdup2 (data, length);

  for (gsize i = 0; mask && i < length; i++)
    copy[i] ^= mask[i % 4];
  return g_bytes_new_take (copy, length);
}

static void
read_close (RawFrame *frame)
{
  gsize length;
  const guint8 *data = g_bytes_get_data (frame->payload, &length);

  if (length < 2)
    return;
  frame->code = (guint) read_number (data, 2);
  if (length > 2)
    frame->reason = g_strndup ((const gchar *) data + 2, length - 2);
}

gsize
raw_frame_parse (const guint8 *data, gsize size, RawFrame **out)
{
  g_autoptr (RawFrame) frame = NULL;
  guint length_bytes;
  gsize header;
  guint64 length;
  gboolean masked;

  if (size < 2)
    return 0;
  masked = (data[1] & MASK_BIT) != 0;
  length = data[1] & ~MASK_BIT;
  length_bytes = length == LENGTH_IN_8_BYTES ? 8 : length == LENGTH_IN_2_BYTES ? 2 : 0;
  header = 2 + length_bytes + (masked ? 4 : 0);
  if (size < header)
    return 0;
  if (length_bytes)
    length = read_number (data + 2, length_bytes);
  if (size - header < length)
    return 0;

  frame = g_new0 (RawFrame, 1);
  frame->opcode = data[0] & 0x0f;
  frame->final = (data[0] & FIN_BIT) != 0;
  frame->rsv = (data[0] >> 4) & 7;
  frame->masked = masked;
  frame->time = g_get_monotonic_time ();
  frame->payload = take_payload (data + header, length, masked ? data + header - 4 : NULL);
  if (frame->opcode == RAW_CLOSE)
    read_close (frame);
  *out = g_steal_pointer (&frame);
  return header + length;
}

void
raw_frame_free (RawFrame *frame)
{
  g_clear_pointer (&frame->payload, g_bytes_unref);
  g_free (frame->reason);
  g_free (frame);
}

static const gchar *
opcode_name (guint opcode)
{
  switch (opcode) {
    case RAW_CONTINUATION:
      return "continuation";
    case RAW_TEXT:
      return "text";
    case RAW_BINARY:
      return "binary";
    case RAW_PING:
      return "ping";
    case RAW_PONG:
      return "pong";
    default:
      return "unknown";
  }
}

gchar *
raw_frame_describe (const RawFrame *frame)
{
  if (frame->opcode != RAW_CLOSE)
    return g_strdup_printf ("%s[%" G_GSIZE_FORMAT "]", opcode_name (frame->opcode), g_bytes_get_size (frame->payload));
  if (frame->code == 0)
    return g_strdup ("Close without code");
  return g_strdup_printf ("Close %u", frame->code);
}
