/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/signalling/transport/drain-detector-private.h>

typedef struct
{
  GSourceFunc func;
  gpointer data;
} Listener;

static gboolean
on_writable (GObject *pollable, gpointer user_data)
{
  Listener *listener = user_data;

  listener->func (listener->data);
  return G_SOURCE_REMOVE;
}

GSource *
gst_signalling_drain_source_attach (SoupWebsocketConnection *connection, GSourceFunc func, gpointer data)
{
  GOutputStream *output = g_io_stream_get_output_stream (soup_websocket_connection_get_io_stream (connection));
  GSource *source = g_pollable_output_stream_create_source (G_POLLABLE_OUTPUT_STREAM (output), NULL);
  Listener *listener = g_new (Listener, 1);

  listener->func = func;
  listener->data = data;
  g_source_set_priority (source, G_PRIORITY_LOW);
  g_source_set_static_name (source, "signalling-drain");
  g_source_set_callback (source, G_SOURCE_FUNC (on_writable), listener, g_free);
  g_source_attach (source, g_main_context_get_thread_default ());
  return source;
}
