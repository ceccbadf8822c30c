/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>
#include <gst/webrtc/webrtc.h>

#include <gst/signalling/signalling-prelude.h>
#include <gst/signalling/transport/close-info.h>

G_BEGIN_DECLS

/**
 * GstSignallerConnectionState:
 * @GST_SIGNALLER_CONNECTION_STATE_DISCONNECTED: not started, or stopped
 * @GST_SIGNALLER_CONNECTION_STATE_CONNECTING: the first connection is being made
 * @GST_SIGNALLER_CONNECTION_STATE_CONNECTED: messages can be sent and received
 * @GST_SIGNALLER_CONNECTION_STATE_RECONNECTING: an established connection was lost and is being made again;
 *   sessions go on meanwhile
 * @GST_SIGNALLER_CONNECTION_STATE_CLOSING: the connection is being ended in an orderly way
 * @GST_SIGNALLER_CONNECTION_STATE_FAILED: no connection, and no further attempt until the signaller is started
 *   again
 *
 * What a signaller's connection is doing.
 *
 * Since: 0.1
 */
typedef enum
{
  GST_SIGNALLER_CONNECTION_STATE_DISCONNECTED,
  GST_SIGNALLER_CONNECTION_STATE_CONNECTING,
  GST_SIGNALLER_CONNECTION_STATE_CONNECTED,
  GST_SIGNALLER_CONNECTION_STATE_RECONNECTING,
  GST_SIGNALLER_CONNECTION_STATE_CLOSING,
  GST_SIGNALLER_CONNECTION_STATE_FAILED,
} GstSignallerConnectionState;

#define GST_TYPE_SIGNALLER_CONNECTION_STATE (gst_signaller_connection_state_get_type ())
GST_SIGNALLING_API
GType gst_signaller_connection_state_get_type (void);

#define GST_TYPE_SIGNALLER (gst_signaller_get_type ())
GST_SIGNALLING_API
G_DECLARE_INTERFACE (GstSignaller, gst_signaller, GST, SIGNALLER, GObject)

/**
 * GstSignallerInterface:
 * @parent_iface: the parent interface
 * @start: class handler of #GstSignaller::start
 * @stop: class handler of #GstSignaller::stop
 * @send_session_description: class handler of #GstSignaller::send-session-description
 * @send_ice: class handler of #GstSignaller::send-ice
 * @end_session: class handler of #GstSignaller::end-session
 * @end_session_with_error: class handler of #GstSignaller::end-session-with-error; the default forgets the
 *   error and emits #GstSignaller::end-session
 * @request_meta: class handler of #GstSignaller::request-meta
 * @munge_session_description: class handler of #GstSignaller::munge-session-description; the default returns a
 *   copy
 *
 * What a type that implements #GstSignaller provides. Every one may be left out: what is asked then counts as
 * not handled.
 *
 * Since: 0.1
 */
struct _GstSignallerInterface
{
  GTypeInterface parent_iface;

  gboolean (*start) (GstSignaller *self);
  gboolean (*stop) (GstSignaller *self);
  gboolean (*send_session_description) (
      GstSignaller *self, const gchar *session_id, GstWebRTCSessionDescription *description);
  gboolean (*send_ice) (GstSignaller *self, const gchar *session_id, const gchar *candidate, guint sdp_m_line_index,
      const gchar *sdp_mid);
  gboolean (*end_session) (GstSignaller *self, const gchar *session_id);
  gboolean (*end_session_with_error) (GstSignaller *self, const gchar *session_id, const gchar *error);
  GstStructure *(*request_meta) (GstSignaller *self);
  GstWebRTCSessionDescription *(*munge_session_description) (
      GstSignaller *self, const gchar *session_id, GstWebRTCSessionDescription *description);
};

/* What the user of a signaller (an element) asks of it. */

GST_SIGNALLING_API
gboolean gst_signaller_start (GstSignaller *self);
GST_SIGNALLING_API
gboolean gst_signaller_stop (GstSignaller *self);
GST_SIGNALLING_API
gboolean gst_signaller_send_session_description (
    GstSignaller *self, const gchar *session_id, GstWebRTCSessionDescription *description);
GST_SIGNALLING_API
gboolean gst_signaller_send_ice (
    GstSignaller *self, const gchar *session_id, const gchar *candidate, guint sdp_m_line_index, const gchar *sdp_mid);
GST_SIGNALLING_API
gboolean gst_signaller_end_session (GstSignaller *self, const gchar *session_id);
GST_SIGNALLING_API
gboolean gst_signaller_end_session_with_error (GstSignaller *self, const gchar *session_id, const gchar *error);
GST_SIGNALLING_API
GstWebRTCSessionDescription *gst_signaller_munge_session_description (
    GstSignaller *self, const gchar *session_id, GstWebRTCSessionDescription *description) G_GNUC_WARN_UNUSED_RESULT;
GST_SIGNALLING_API
void gst_signaller_webrtcbin_ready (GstSignaller *self, const gchar *id, GstElement *webrtcbin);
GST_SIGNALLING_API
void gst_signaller_consumer_added (GstSignaller *self, const gchar *peer_id, GstElement *webrtcbin);
GST_SIGNALLING_API
void gst_signaller_consumer_removed (GstSignaller *self, const gchar *peer_id, GstElement *webrtcbin);
GST_SIGNALLING_API
gboolean gst_signaller_get_manual_sdp_munging (GstSignaller *self);
GST_SIGNALLING_API
GstSignallerConnectionState gst_signaller_get_connection_state (GstSignaller *self);

/* What an implementation tells its user, or asks of it. */

GST_SIGNALLING_API
GstStructure *gst_signaller_request_meta (GstSignaller *self) G_GNUC_WARN_UNUSED_RESULT;
GST_SIGNALLING_API
void gst_signaller_session_requested (
    GstSignaller *self, const gchar *session_id, const gchar *peer_id, GstWebRTCSessionDescription *offer);
GST_SIGNALLING_API
void gst_signaller_session_started (GstSignaller *self, const gchar *session_id, const gchar *peer_id);
GST_SIGNALLING_API
void gst_signaller_session_description (
    GstSignaller *self, const gchar *session_id, GstWebRTCSessionDescription *description);
GST_SIGNALLING_API
void gst_signaller_handle_ice (
    GstSignaller *self, const gchar *session_id, guint sdp_m_line_index, const gchar *sdp_mid, const gchar *candidate);
GST_SIGNALLING_API
gboolean gst_signaller_session_ended (GstSignaller *self, const gchar *session_id);
GST_SIGNALLING_API
gboolean gst_signaller_session_ended_with_error (GstSignaller *self, const gchar *session_id, const gchar *error);
GST_SIGNALLING_API
void gst_signaller_producer_added (
    GstSignaller *self, const gchar *producer_id, const GstStructure *meta, gboolean new_connection);
GST_SIGNALLING_API
void gst_signaller_producer_removed (GstSignaller *self, const gchar *producer_id, const GstStructure *meta);
GST_SIGNALLING_API
void gst_signaller_connection_closed (GstSignaller *self, GstSignallingCloseInfo *info);
GST_SIGNALLING_API
void gst_signaller_warning (GstSignaller *self, const gchar *text);
GST_SIGNALLING_API
void gst_signaller_error (GstSignaller *self, const gchar *text);
GST_SIGNALLING_API
void gst_signaller_shutdown (GstSignaller *self);

G_END_DECLS
