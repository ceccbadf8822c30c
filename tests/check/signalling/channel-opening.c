/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "channel-opening.h"

#include <tests/common/test-certificates.h>
#include <tests/common/test-time.h>

/* --- What the channel reports: on the context thread -------------------------------------------------------------- */

static void
note_callback (ChannelCase *self)
{
  if (self->n_ended > 0 || self->detached)
    self->n_after_end++;
}

static void
on_message (GstSignallingChannel *channel, GBytes *text, gpointer user_data)
{
  ChannelCase *self = user_data;
  gsize size;
  const gchar *data = g_bytes_get_data (text, &size);
  gchar *copy = g_strndup (data, size);

  g_mutex_lock (&self->lock);
  note_callback (self);
  g_ptr_array_add (self->messages, copy);
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
  if (self->on_message)
    self->on_message (self, copy);
}

static void
on_answered (GstSignallingChannel *channel, gpointer user_data)
{
  ChannelCase *self = user_data;

  g_mutex_lock (&self->lock);
  note_callback (self);
  self->n_answered++;
  self->answered_time = g_get_monotonic_time ();
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

static void
on_ended (GstSignallingChannel *channel, GstSignallingCloseInfo *info, gpointer user_data)
{
  ChannelCase *self = user_data;

  g_mutex_lock (&self->lock);
  note_callback (self);
  self->n_ended++;
  self->ended_time = g_get_monotonic_time ();
  if (self->info == NULL)
    self->info = gst_signalling_close_info_ref (info);
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

static const GstSignallingChannelCallbacks callbacks = {
  .message = on_message,
  .answered = on_answered,
  .ended = on_ended,
};

static void
take_channel (ChannelCase *self, GstSignallingChannel *channel)
{
  g_clear_object (&self->channel);
  self->channel = channel;
  g_mutex_lock (&self->lock);
  self->open = TRUE;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

/* --- Client ------------------------------------------------------------------------------------------------------- */

static void
on_connected (GObject *session, GAsyncResult *result, gpointer user_data)
{
  ChannelCase *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (SoupWebsocketConnection) connection =
      soup_session_websocket_connect_finish (SOUP_SESSION (session), result, &error);

  g_assert_no_error (error);
  take_channel (self, gst_signalling_channel_new_client (self->thread, connection, &self->limits, &callbacks, self));
}

void
channel_opening_start_client (ChannelCase *self)
{
  g_autofree gchar *uri = raw_listener_get_uri (self->listener);
  g_autoptr (SoupMessage) message = soup_message_new ("GET", uri);
  g_autoptr (GTlsDatabase) authority = self->tls ? test_certificate_load_authority () : NULL;

  self->session = soup_session_new_with_options ("proxy-resolver", NULL, NULL);
  if (authority)
    soup_session_set_tls_database (self->session, authority);
  soup_session_websocket_connect_async (
      self->session, message, NULL, NULL, G_PRIORITY_DEFAULT, NULL, on_connected, self);
}

/* --- Server: the way in of the signalling server --------------------------------------------------------------------
 */

static void
on_upgraded (GstSignallingBufferedStream *stream, GUri *uri, const gchar *address, gpointer user_data)
{
  ChannelCase *self = user_data;

  take_channel (self, gst_signalling_channel_new_server (self->thread, stream, uri, &self->limits, &callbacks, self));
}

static void
on_empty (gpointer user_data)
{
  ChannelCase *self = user_data;

  g_mutex_lock (&self->lock);
  self->is_empty = TRUE;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

static void
on_incoming (GSocket *socket, gpointer user_data)
{
  ChannelCase *self = user_data;

  gst_signalling_entrance_admit (self->entrance, socket);
}

void
channel_opening_start_server (ChannelCase *self)
{
  const GstSignallingEntranceLimits limits = { .handshake_ms = test_time_scale (5000),
    .stall_ms = test_time_scale (30000),
    .drain_ms = test_time_scale (2000),
    .linger_ms = test_time_scale (2000) };
  const GstSignallingEntranceCallbacks entrance_callbacks = { .upgraded = on_upgraded, .empty = on_empty };
  g_autoptr (GTlsCertificate) certificate = self->tls ? test_certificate_load ("localhost") : NULL;
  g_autoptr (GError) error = NULL;

  self->entrance = gst_signalling_entrance_new (self->thread, certificate, &limits, &entrance_callbacks, self);
  self->server = gst_signalling_listener_new (self->thread, "127.0.0.1", 0, on_incoming, self, &error);
  g_assert_no_error (error);
  self->port = (guint16) gst_signalling_listener_get_port (self->server);
}

/* --- The end ------------------------------------------------------------------------------------------------------ */

static void
close_ways_in (ChannelCase *self)
{
  g_clear_object (&self->channel);
  g_clear_object (&self->session);
  g_clear_pointer (&self->server, gst_signalling_listener_free);
  if (self->entrance)
    gst_signalling_entrance_close (self->entrance, test_time_scale (500), test_time_scale (500));
  else
    on_empty (self);
}

static void
free_entrance (ChannelCase *self)
{
  g_clear_pointer (&self->entrance, gst_signalling_entrance_free);
}

void
channel_opening_stop (ChannelCase *self)
{
  if (self->thread == NULL)
    return;
  channel_case_call (self, close_ways_in);
  g_mutex_lock (&self->lock);
  while (!self->is_empty)
    g_cond_wait (&self->changed, &self->lock);
  g_mutex_unlock (&self->lock);
  channel_case_call (self, free_entrance);
  gst_signalling_context_thread_stop (self->thread);
  g_assert_true (gst_signalling_context_thread_join (self->thread, test_time_deadline (RAW_PATIENCE)));
  g_clear_pointer (&self->thread, gst_signalling_context_thread_unref);
}
