/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <tests/common/load/load-frame.h>

#include <string.h>

/* The largest message a server of this protocol has a reason to send is a list of some ten thousand peers. */
#define MAX_FRAME (64 * 1024 * 1024)

/* xorshift32: a fresh masking key per frame, for next to no time. */
static guint32
next_mask (void)
{
  static guint32 state;

  if (state == 0)
    state = g_random_int () | 1;
  state ^= state << 13;
  state ^= state >> 17;
  state ^= state << 5;
  return state;
}

static void
apply_mask (guint8 *data, const guint8 *payload, gsize length, guint32 key)
{
  guint64 wide = (guint64) key << 32 | key;
  gsize position = 0;

  for (; position + sizeof wide <= length; position += sizeof wide) {
    guint64 word;

    memcpy (&word, payload + position, sizeof word);
    word ^= wide;
    memcpy (data + position, &word, sizeof word);
  }
  for (; position < length; position++)
    data[position] = payload[position] ^ ((const guint8 *) &key)[position % 4];
}

/* Appends one masked frame, as every client has to send them (RFC 6455, section 5.3). */
void
load_frame_append (GByteArray *out, guint8 opcode, gboolean fin, const void *payload, gsize length)
{
  guint8 header[14] = { (fin ? 0x80 : 0) | opcode };
  guint32 key = next_mask ();
  gsize header_length = 2;
  guint start = out->len;

  if (length < 126) {
    header[1] = 0x80 | length;
  } else if (length < 65536) {
    header[1] = 0x80 | 126;
    header[2] = length >> 8;
    header[3] = length & 0xff;
    header_length = 4;
  } else {
    guint64 wire = GUINT64_TO_BE ((guint64) length);

    header[1] = 0x80 | 127;
    memcpy (header + 2, &wire, sizeof wire);
    header_length = 10;
  }
  memcpy (header + header_length, &key, sizeof key);
  header_length += sizeof key;
  g_byte_array_set_size (out, start + header_length + length);
  memcpy (out->data + start, header, header_length);
  if (length > 0)
    apply_mask (out->data + start + header_length, payload, length, key);
}

static gsize
read_length (const guint8 *data, gsize length_bytes)
{
  gsize length = 0;

  for (gsize i = 0; i < length_bytes; i++)
    length = length << 8 | data[2 + i];
  return length;
}

/* Looks for one frame of a server at the start of @data: reserved bits or a mask are illegal there. */
LoadFrameStatus
load_frame_parse (const guint8 *data, gsize length, LoadFrame *frame)
{
  gsize header = 2;
  gsize length_bytes;

  if (length < header)
    return LOAD_FRAME_INCOMPLETE;
  if ((data[0] & 0x70) != 0 || (data[1] & 0x80) != 0)
    return LOAD_FRAME_ILLEGAL;
  length_bytes = data[1] == 127 ? 8 : data[1] == 126 ? 2 : 0;
  header += length_bytes;
  if (length < header)
    return LOAD_FRAME_INCOMPLETE;
  frame->length = length_bytes > 0 ? read_length (data, length_bytes) : data[1];
  if (frame->length > MAX_FRAME)
    return LOAD_FRAME_ILLEGAL;
  frame->fin = (data[0] & 0x80) != 0;
  frame->opcode = data[0] & 0x0f;
  frame->payload = data + header;
  frame->total = header + frame->length;
  return length < frame->total ? LOAD_FRAME_INCOMPLETE : LOAD_FRAME_COMPLETE;
}
