/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "signaller-probe.h"

static const gchar *
nick (GType type, gint value)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (type);

  return g_enum_get_value (klass, value)->value_nick;
}

static void
on_state (GstSignaller *signaller, GParamSpec *pspec, EventLog *log)
{
  event_log_add (
      log, "state %s", nick (GST_TYPE_SIGNALLER_CONNECTION_STATE, gst_signaller_get_connection_state (signaller)));
}

static void
on_client_id (GstSignaller *signaller, GParamSpec *pspec, EventLog *log)
{
  g_autofree gchar *id = NULL;

  g_object_get (signaller, "client-id", &id, NULL);
  event_log_add (log, "client-id %s", id ? id : "none");
}

static GstStructure *
on_request_meta (GstSignaller *signaller, SignallerProbe *self)
{
  event_log_add (self->log, "meta");
  return self->meta ? gst_structure_copy (self->meta) : NULL;
}

static void
on_warning (GstSignaller *signaller, const gchar *text, EventLog *log)
{
  event_log_add (log, "warning %s", text);
}

static void
on_error (GstSignaller *signaller, const gchar *text, EventLog *log)
{
  event_log_add (log, "error %s", text);
}

static void
on_closed (GstSignaller *signaller, GstSignallingCloseInfo *info, EventLog *log)
{
  const gchar *reason = gst_signalling_close_info_get_reason (info);

  event_log_add (log, "closed %s %s %s %u %s %s",
      nick (GST_TYPE_SIGNALLING_INITIATOR, gst_signalling_close_info_get_initiator (info)),
      nick (GST_TYPE_SIGNALLING_CLOSE_CLASS, gst_signalling_close_info_get_close_class (info)),
      gst_signalling_close_info_get_clean (info) ? "finished" : "unfinished", gst_signalling_close_info_get_code (info),
      gst_signalling_close_info_get_will_reconnect (info) ? "again" : "for-good", reason ? reason : "-");
}

static void
on_reconnecting (GstSignaller *signaller, guint attempt, guint delay, const gchar *why, EventLog *log)
{
  event_log_add (log, "reconnecting %u %u %s", attempt, delay, why ? why : "-");
}

static void
on_requested (
    GstSignaller *signaller, const gchar *session, const gchar *peer, GstWebRTCSessionDescription *offer, EventLog *log)
{
  event_log_add (log, "requested %s %s %s", session, peer, offer ? "offer" : "none");
}

static void
on_started (GstSignaller *signaller, const gchar *session, const gchar *peer, EventLog *log)
{
  event_log_add (log, "started %s %s", session, peer);
}

static void
on_description (GstSignaller *signaller, const gchar *session, GstWebRTCSessionDescription *description, EventLog *log)
{
  event_log_add (log, "description %s %s %s", session, gst_webrtc_sdp_type_to_string (description->type),
      gst_sdp_message_get_session_name (description->sdp));
}

static void
on_ice (
    GstSignaller *signaller, const gchar *session, guint line, const gchar *mid, const gchar *candidate, EventLog *log)
{
  event_log_add (log, "ice %s %u %s", session, line, candidate);
}

static gboolean
on_ended (GstSignaller *signaller, const gchar *session, EventLog *log)
{
  event_log_add (log, "ended %s", session);
  return TRUE;
}

static gboolean
on_ended_with_error (GstSignaller *signaller, const gchar *session, const gchar *error, EventLog *log)
{
  event_log_add (log, "ended-with-error %s %s", session, error ? error : "-");
  return TRUE;
}

static void
on_producer_added (GstSignaller *signaller, const gchar *id, GstStructure *meta, gboolean is_new, EventLog *log)
{
  g_autofree gchar *text = meta ? gst_structure_to_string (meta) : g_strdup ("-");

  event_log_add (log, "producer-added %s %s %s", id, is_new ? "new" : "listed", text);
}

static void
on_producer_removed (GstSignaller *signaller, const gchar *id, GstStructure *meta, EventLog *log)
{
  g_autofree gchar *text = meta ? gst_structure_to_string (meta) : g_strdup ("-");

  event_log_add (log, "producer-removed %s %s", id, text);
}

SignallerProbe *
signaller_probe_new (const gchar *name, guint port)
{
  SignallerProbe *self = g_new0 (SignallerProbe, 1);
  g_autofree gchar *uri = g_strdup_printf ("ws://127.0.0.1:%u/", port);

  self->log = event_log_new (name);
  self->signaller = GST_SIGNALLER (gst_web_socket_signaller_new ());
  g_object_set (self->signaller, "uri", uri, NULL);
  g_object_connect (self->signaller, "signal::notify::connection-state", on_state, self->log,
      "signal::notify::client-id", on_client_id, self->log, "signal::request-meta", on_request_meta, self,
      "signal::warning", on_warning, self->log, "signal::error", on_error, self->log, "signal::connection-closed",
      on_closed, self->log, "signal::reconnecting", on_reconnecting, self->log, "signal::session-requested",
      on_requested, self->log, "signal::session-started", on_started, self->log, "signal::session-description",
      on_description, self->log, "signal::handle-ice", on_ice, self->log, "signal::session-ended", on_ended, self->log,
      "signal::session-ended-with-error", on_ended_with_error, self->log, "signal::producer-added", on_producer_added,
      self->log, "signal::producer-removed", on_producer_removed, self->log, NULL);
  return self;
}

void
signaller_probe_free (SignallerProbe *self)
{
  if (self->signaller) {
    gst_signaller_stop (self->signaller);
    event_log_close (self->log);
    g_assert_cmpint (signaller_probe_get_state (self), !=, GST_SIGNALLER_CONNECTION_STATE_CLOSING);
    g_assert_cmpuint (G_OBJECT (self->signaller)->ref_count, ==, 1);
    g_object_unref (self->signaller);
  }
  g_clear_pointer (&self->meta, gst_structure_free);
  event_log_free (self->log);
  g_free (self);
}

static void
on_gone (gpointer log, GObject *signaller)
{
  event_log_add (log, "gone");
}

void
signaller_probe_drop (SignallerProbe *self)
{
  g_object_weak_ref (G_OBJECT (self->signaller), on_gone, self->log);
  g_clear_object (&self->signaller);
}

void
signaller_probe_connect (SignallerProbe *self)
{
  g_assert_true (gst_signaller_start (self->signaller));
  event_log_expect (self->log, "state connected");
}

gchar *
signaller_probe_get_id (SignallerProbe *self)
{
  gchar *id;

  g_object_get (self->signaller, "client-id", &id, NULL);
  return id;
}

GstSignallerConnectionState
signaller_probe_get_state (SignallerProbe *self)
{
  return gst_signaller_get_connection_state (self->signaller);
}

void
signaller_probe_send_sdp (
    SignallerProbe *self, const gchar *session_id, GstWebRTCSDPType type, const gchar *session_name)
{
  g_autoptr (GstWebRTCSessionDescription) description = NULL;
  GstSDPMessage *sdp;

  gst_sdp_message_new (&sdp);
  gst_sdp_message_set_version (sdp, "0");
  gst_sdp_message_set_origin (sdp, "-", "1", "1", "IN", "IP4", "127.0.0.1");
  gst_sdp_message_set_session_name (sdp, session_name);
  gst_sdp_message_add_time (sdp, "0", "0", NULL);
  description = gst_webrtc_session_description_new (type, sdp);
  g_assert_true (gst_signaller_send_session_description (self->signaller, session_id, description));
}
