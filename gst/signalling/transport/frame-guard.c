/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/signalling/transport/frame-guard-private.h>

#define MAX_CONTROL_PAYLOAD 125
#define MAX_PINGS_PER_SECOND 100

struct _GstSignallingFrameGuard
{
  SoupWebsocketExtension parent_instance;

  gsize max_message;
  gsize message_size; /* of the fragments so far */
  gint64 last_frame;
  gint64 ping_window; /* when the second began in which pings are counted */
  guint pings;
  GError *refusal; /* kept: libsoup submits the same frame again when more data arrives */
};

G_DEFINE_FINAL_TYPE (GstSignallingFrameGuard, gst_signalling_frame_guard, SOUP_TYPE_WEBSOCKET_EXTENSION)

static void
refuse (GstSignallingFrameGuard *self, gushort code, const gchar *why)
{
  if (!self->refusal)
    self->refusal = g_error_new_literal (SOUP_WEBSOCKET_ERROR, code, why);
}

static void
check_ping_rate (GstSignallingFrameGuard *self)
{
  if (self->last_frame - self->ping_window > G_TIME_SPAN_SECOND) {
    self->ping_window = self->last_frame;
    self->pings = 0;
  }
  if (++self->pings > MAX_PINGS_PER_SECOND)
    refuse (self, SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION, "Too many pings");
}

static void
check_control (GstSignallingFrameGuard *self, gboolean fin, guint8 opcode, gsize size)
{
  if (!fin || size > MAX_CONTROL_PAYLOAD)
    refuse (self, SOUP_WEBSOCKET_CLOSE_PROTOCOL_ERROR, "A control frame is fragmented or too long");
  else if (opcode == 0x9)
    check_ping_rate (self);
}

static void
check_data (GstSignallingFrameGuard *self, gboolean fin, guint8 opcode, gsize size)
{
  if (opcode != 0)
    self->message_size = 0;
  self->message_size += size;
  if (self->message_size > self->max_message)
    refuse (self, SOUP_WEBSOCKET_CLOSE_TOO_BIG, "A message is longer than allowed");
  if (fin)
    self->message_size = 0;
}

static GBytes *
process_incoming (SoupWebsocketExtension *extension, guint8 *header, GBytes *payload, GError **error)
{
  GstSignallingFrameGuard *self = GST_SIGNALLING_FRAME_GUARD (extension);
  gboolean fin = (header[0] & 0x80) != 0;
  guint8 opcode = header[0] & 0x0f;
  gsize size = g_bytes_get_size (payload);

  self->last_frame = g_get_monotonic_time ();
  if (opcode & 0x8)
    check_control (self, fin, opcode, size);
  else
    check_data (self, fin, opcode, size);
  if (!self->refusal)
    return payload;
  g_bytes_unref (payload);
  g_propagate_error (error, g_error_copy (self->refusal));
  return NULL;
}

static void
gst_signalling_frame_guard_finalize (GObject *object)
{
  g_clear_error (&GST_SIGNALLING_FRAME_GUARD (object)->refusal);
  G_OBJECT_CLASS (gst_signalling_frame_guard_parent_class)->finalize (object);
}

static void
gst_signalling_frame_guard_class_init (GstSignallingFrameGuardClass *klass)
{
  SoupWebsocketExtensionClass *extension_class = SOUP_WEBSOCKET_EXTENSION_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = gst_signalling_frame_guard_finalize;
  extension_class->name = "x-frame-guard";
  extension_class->process_incoming_message = process_incoming;
}

static void
gst_signalling_frame_guard_init (GstSignallingFrameGuard *self)
{
  self->last_frame = g_get_monotonic_time ();
}

GstSignallingFrameGuard *
gst_signalling_frame_guard_new (gsize max_message)
{
  GstSignallingFrameGuard *self = g_object_new (GST_TYPE_SIGNALLING_FRAME_GUARD, NULL);

  self->max_message = max_message;
  return self;
}

gint64
gst_signalling_frame_guard_get_last_frame (GstSignallingFrameGuard *self)
{
  return self->last_frame;
}
