/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/signalling/signaller/signaller.h>

/* GST_TYPE_STRUCTURE is 0 until gst_init(), and types may be made before: where a script defines its classes. */
#define TYPE_STRUCTURE (gst_structure_get_type ())

/**
 * GstSignaller:
 *
 * How two WebRTC peers find each other and exchange session descriptions and ICE candidates.
 *
 * A signaller stands between one *user*, usually an element such as `webrtcsink` or `webrtcsrc`, and whatever
 * carries the messages: a server, a chat room, a file. The user asks the signaller to do something
 * (gst_signaller_start(), gst_signaller_send_ice(), …); the signaller tells its user what happened
 * (gst_signaller_session_requested(), gst_signaller_handle_ice(), …). Each of these functions emits the signal
 * of the same name and does nothing else, so that both directions can be watched and replaced from outside.
 *
 * # Two ways to bring a signaller of one's own
 *
 * *As a type*: a #GObject that implements this interface, with the functions of #GstSignallerInterface. They
 * are the class handlers of the signals. `manual-sdp-munging` has to be overridden (see
 * #GstSignaller:manual-sdp-munging for the line it takes in each language).
 *
 * *By signals*: connect to #GstSignaller::start, #GstSignaller::stop, #GstSignaller::send-session-description,
 * #GstSignaller::send-ice and #GstSignaller::end-session of an existing signaller. Emission of those signals ends
 * after the first handler, **whatever it returns**, so a handler that was connected in the usual way (not with
 * `G_CONNECT_AFTER`) replaces the signaller's own behaviour.
 *
 * # Return values
 *
 * Where a request returns a boolean, %TRUE says that it was handled. It does not say that a message reached
 * anybody: failures come later, by #GstSignaller::error.
 *
 * # Threads
 *
 * A signal is emitted in the thread that called the function of the same name. Users call from any thread; so do
 * signallers, most of them from a thread that belongs to their connection. Both sides therefore expect calls in
 * any thread, two at a time included, and neither holds a lock while it calls. A handler should not block, and it
 * may call any function of the signaller, gst_signaller_stop() included, and drop its last reference: the
 * emission keeps the object alive.
 *
 * # Optional
 *
 * A signaller that has a connection may have a read-only property `connection-state` of type
 * #GstSignallerConnectionState, with notification (see gst_signaller_get_connection_state()), and may emit
 * #GstSignaller::connection-closed. The interface has no such property itself since it would then be one that
 * every implementation has to override.
 *
 * Since: 0.1
 */

enum
{
  SIGNAL_START,
  SIGNAL_STOP,
  SIGNAL_SEND_SESSION_DESCRIPTION,
  SIGNAL_SEND_ICE,
  SIGNAL_END_SESSION,
  SIGNAL_END_SESSION_WITH_ERROR,
  SIGNAL_REQUEST_META,
  SIGNAL_MUNGE_SESSION_DESCRIPTION,
  SIGNAL_SESSION_REQUESTED,
  SIGNAL_SESSION_STARTED,
  SIGNAL_SESSION_DESCRIPTION,
  SIGNAL_HANDLE_ICE,
  SIGNAL_SESSION_ENDED,
  SIGNAL_SESSION_ENDED_WITH_ERROR,
  SIGNAL_PRODUCER_ADDED,
  SIGNAL_PRODUCER_REMOVED,
  SIGNAL_CONSUMER_ADDED,
  SIGNAL_CONSUMER_REMOVED,
  SIGNAL_WEBRTCBIN_READY,
  SIGNAL_CONNECTION_CLOSED,
  SIGNAL_WARNING,
  SIGNAL_ERROR,
  SIGNAL_SHUTDOWN,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_INTERFACE (GstSignaller, gst_signaller, G_TYPE_OBJECT)

/* clang-format off */
G_DEFINE_ENUM_TYPE (GstSignallerConnectionState, gst_signaller_connection_state,
    G_DEFINE_ENUM_VALUE (GST_SIGNALLER_CONNECTION_STATE_DISCONNECTED, "disconnected"),
    G_DEFINE_ENUM_VALUE (GST_SIGNALLER_CONNECTION_STATE_CONNECTING, "connecting"),
    G_DEFINE_ENUM_VALUE (GST_SIGNALLER_CONNECTION_STATE_CONNECTED, "connected"),
    G_DEFINE_ENUM_VALUE (GST_SIGNALLER_CONNECTION_STATE_RECONNECTING, "reconnecting"),
    G_DEFINE_ENUM_VALUE (GST_SIGNALLER_CONNECTION_STATE_CLOSING, "closing"),
    G_DEFINE_ENUM_VALUE (GST_SIGNALLER_CONNECTION_STATE_FAILED, "failed"))
/* clang-format on */

/* By the signal, not by the function of the interface: who replaced end-session from outside is asked too. */
static gboolean
end_session_without_error (GstSignaller *self, const gchar *session_id, const gchar *error)
{
  return gst_signaller_end_session (self, session_id);
}

static GstWebRTCSessionDescription *
copy_session_description (GstSignaller *self, const gchar *session_id, GstWebRTCSessionDescription *description)
{
  return gst_webrtc_session_description_copy (description);
}

/* A signal that is a request to the signaller: its class handler is a function of the interface, and emission
 * ends after the first handler. */
static guint
request_new (const gchar *name, guint vfunc_offset, GType return_type, guint n_params, ...)
{
  va_list params;
  guint id;

  va_start (params, n_params);
  id = g_signal_new_valist (name, GST_TYPE_SIGNALLER, G_SIGNAL_RUN_LAST,
      g_signal_type_cclosure_new (GST_TYPE_SIGNALLER, vfunc_offset), g_signal_accumulator_first_wins, NULL, NULL,
      return_type, n_params, params);
  va_end (params);
  return id;
}

/* A signal that is news from the signaller: it has no class handler. */
static guint
event_new (const gchar *name, GSignalFlags flags, GType return_type, guint n_params, ...)
{
  va_list params;
  guint id;

  va_start (params, n_params);
  id = g_signal_new_valist (
      name, GST_TYPE_SIGNALLER, G_SIGNAL_RUN_LAST | flags, NULL, NULL, NULL, NULL, return_type, n_params, params);
  va_end (params);
  return id;
}

/**
 * GstSignaller::start:
 * @self: the signaller
 *
 * The user wants to be connected. Emission ends after the first handler.
 *
 * Returns: %TRUE when handled
 * Since: 0.1
 */
/**
 * GstSignaller::stop:
 * @self: the signaller
 *
 * The user no longer wants to be connected. Nothing of the signaller's is emitted once this has returned, or
 * the user has to expect it. Emission ends after the first handler.
 *
 * Returns: %TRUE when handled
 * Since: 0.1
 */
/**
 * GstSignaller::send-session-description:
 * @self: the signaller
 * @session_id: the session
 * @description: the offer or answer
 *
 * An offer or answer is to be sent to the other side of a session. Emission ends after the first handler.
 *
 * Returns: %TRUE when handled
 * Since: 0.1
 */
/**
 * GstSignaller::send-ice:
 * @self: the signaller
 * @session_id: the session
 * @candidate: the ICE candidate
 * @sdp_m_line_index: the media line it belongs to
 * @sdp_mid: (nullable): the media id it belongs to
 *
 * An ICE candidate is to be sent to the other side of a session. The arguments come in another order than those
 * of #GstSignaller::handle-ice. Emission ends after the first handler.
 *
 * Returns: %TRUE when handled
 * Since: 0.1
 */
/**
 * GstSignaller::end-session:
 * @self: the signaller
 * @session_id: the session
 *
 * The user has ended a session; the other side is to be told. Emission ends after the first handler.
 *
 * Returns: %TRUE when handled
 * Since: 0.1
 */
/**
 * GstSignaller::end-session-with-error:
 * @self: the signaller
 * @session_id: the session
 * @error: (nullable): why, for people
 *
 * The user has ended a session; the other side is to be told, and why. A signaller that cannot tell why need not
 * implement this: the request then becomes a #GstSignaller::end-session. Emission ends after the first handler.
 *
 * Returns: %TRUE when handled
 * Since: 0.1
 */
/**
 * GstSignaller::request-meta:
 * @self: the signaller
 *
 * The signaller wants to know what to tell others about its user. Elements answer with their `meta` property.
 * Emission ends after the first handler.
 *
 * Returns: (transfer full) (nullable): a description of the user, or %NULL
 * Since: 0.1
 */
/**
 * GstSignaller::munge-session-description:
 * @self: the signaller
 * @session_id: the session
 * @description: the description as WebRTC made it
 *
 * A last chance to change a local description after it was set and before it is sent. The signaller's own
 * handler returns a copy. Emission ends after the first handler.
 *
 * Returns: (transfer full): what is to be sent
 * Since: 0.1
 */
static void
install_requests (void)
{
  /* clang-format off */
  signals[SIGNAL_START] = request_new ("start", G_STRUCT_OFFSET (GstSignallerInterface, start), G_TYPE_BOOLEAN, 0);
  signals[SIGNAL_STOP] = request_new ("stop", G_STRUCT_OFFSET (GstSignallerInterface, stop), G_TYPE_BOOLEAN, 0);
  signals[SIGNAL_SEND_SESSION_DESCRIPTION] = request_new ("send-session-description",
      G_STRUCT_OFFSET (GstSignallerInterface, send_session_description), G_TYPE_BOOLEAN,
      2, G_TYPE_STRING, GST_TYPE_WEBRTC_SESSION_DESCRIPTION);
  signals[SIGNAL_SEND_ICE] = request_new ("send-ice",
      G_STRUCT_OFFSET (GstSignallerInterface, send_ice), G_TYPE_BOOLEAN,
      4, G_TYPE_STRING, G_TYPE_STRING, G_TYPE_UINT, G_TYPE_STRING);
  signals[SIGNAL_END_SESSION] = request_new ("end-session",
      G_STRUCT_OFFSET (GstSignallerInterface, end_session), G_TYPE_BOOLEAN,
      1, G_TYPE_STRING);
  signals[SIGNAL_END_SESSION_WITH_ERROR] = request_new ("end-session-with-error",
      G_STRUCT_OFFSET (GstSignallerInterface, end_session_with_error), G_TYPE_BOOLEAN,
      2, G_TYPE_STRING, G_TYPE_STRING);
  signals[SIGNAL_REQUEST_META] = request_new ("request-meta",
      G_STRUCT_OFFSET (GstSignallerInterface, request_meta), TYPE_STRUCTURE, 0);
  signals[SIGNAL_MUNGE_SESSION_DESCRIPTION] = request_new ("munge-session-description",
      G_STRUCT_OFFSET (GstSignallerInterface, munge_session_description), GST_TYPE_WEBRTC_SESSION_DESCRIPTION,
      2, G_TYPE_STRING, GST_TYPE_WEBRTC_SESSION_DESCRIPTION);
  /* clang-format on */
}

/**
 * GstSignaller::session-requested:
 * @self: the signaller
 * @session_id: the new session
 * @peer_id: who wants it
 * @offer: (nullable): the offer of the other side; %NULL when the user is to make the offer
 *
 * Somebody wants a session with the user.
 *
 * Since: 0.1
 */
/**
 * GstSignaller::session-started:
 * @self: the signaller
 * @session_id: the new session
 * @peer_id: the other side
 *
 * A session the signaller asked for exists; the other side's offer will follow.
 *
 * Since: 0.1
 */
/**
 * GstSignaller::session-description:
 * @self: the signaller
 * @session_id: the session
 * @description: an offer or answer
 *
 * The other side of a session sent an offer or answer. An action signal: applications that carry the messages
 * themselves may emit it.
 *
 * Since: 0.1
 */
/**
 * GstSignaller::handle-ice:
 * @self: the signaller
 * @session_id: the session
 * @sdp_m_line_index: the media line the candidate belongs to
 * @sdp_mid: (nullable): the media id it belongs to
 * @candidate: the ICE candidate
 *
 * The other side of a session sent an ICE candidate. The arguments come in another order than those of
 * #GstSignaller::send-ice. An action signal: applications that carry the messages themselves may emit it.
 *
 * Since: 0.1
 */
/**
 * GstSignaller::session-ended:
 * @self: the signaller
 * @session_id: the session
 *
 * The other side, or the server, ended a session.
 *
 * Returns: what the last handler returned; elements that receive return %TRUE when they had such a session,
 *   those that send always %FALSE
 * Since: 0.1
 */
/**
 * GstSignaller::session-ended-with-error:
 * @self: the signaller
 * @session_id: the session
 * @error: (nullable): why, for people
 *
 * The other side, or the server, ended a session and may have said why.
 *
 * Returns: as for #GstSignaller::session-ended
 * Since: 0.1
 */
static void
install_session_events (void)
{
  /* clang-format off */
  signals[SIGNAL_SESSION_REQUESTED] = event_new ("session-requested", 0, G_TYPE_NONE,
      3, G_TYPE_STRING, G_TYPE_STRING, GST_TYPE_WEBRTC_SESSION_DESCRIPTION);
  signals[SIGNAL_SESSION_STARTED] = event_new ("session-started", 0, G_TYPE_NONE,
      2, G_TYPE_STRING, G_TYPE_STRING);
  signals[SIGNAL_SESSION_DESCRIPTION] = event_new ("session-description", G_SIGNAL_ACTION, G_TYPE_NONE,
      2, G_TYPE_STRING, GST_TYPE_WEBRTC_SESSION_DESCRIPTION);
  signals[SIGNAL_HANDLE_ICE] = event_new ("handle-ice", G_SIGNAL_ACTION, G_TYPE_NONE,
      4, G_TYPE_STRING, G_TYPE_UINT, G_TYPE_STRING, G_TYPE_STRING);
  signals[SIGNAL_SESSION_ENDED] = event_new ("session-ended", 0, G_TYPE_BOOLEAN,
      1, G_TYPE_STRING);
  signals[SIGNAL_SESSION_ENDED_WITH_ERROR] = event_new ("session-ended-with-error", 0, G_TYPE_BOOLEAN,
      2, G_TYPE_STRING, G_TYPE_STRING);
  /* clang-format on */
}

/**
 * GstSignaller::producer-added:
 * @self: the signaller
 * @producer_id: the producer
 * @meta: (nullable): what it says about itself
 * @new_connection: %FALSE when it was there before the signaller began to listen
 *
 * There is a producer that sessions can be started with.
 *
 * Since: 0.1
 */
/**
 * GstSignaller::producer-removed:
 * @self: the signaller
 * @producer_id: the producer
 * @meta: (nullable): what it said about itself
 *
 * A producer left, or stopped producing.
 *
 * Since: 0.1
 */
/**
 * GstSignaller::consumer-added:
 * @self: the signaller
 * @peer_id: the peer
 * @webrtcbin: its webrtcbin
 *
 * An element that sends has a new consumer.
 *
 * Deprecated: 0.1: Use #GstSignaller::webrtcbin-ready, which elements that receive emit too.
 */
/**
 * GstSignaller::consumer-removed:
 * @self: the signaller
 * @peer_id: the peer
 * @webrtcbin: its webrtcbin
 *
 * An element that sends has lost a consumer.
 *
 * Since: 0.1
 */
/**
 * GstSignaller::webrtcbin-ready:
 * @self: the signaller
 * @id: the peer, from elements that send; the session, from elements that receive
 * @webrtcbin: the webrtcbin
 *
 * An element has made a webrtcbin and not started it yet: the time to set it up and to create data channels.
 *
 * Since: 0.1
 */
static void
install_peer_events (void)
{
  /* clang-format off */
  signals[SIGNAL_PRODUCER_ADDED] = event_new ("producer-added", 0, G_TYPE_NONE,
      3, G_TYPE_STRING, TYPE_STRUCTURE, G_TYPE_BOOLEAN);
  signals[SIGNAL_PRODUCER_REMOVED] = event_new ("producer-removed", 0, G_TYPE_NONE,
      2, G_TYPE_STRING, TYPE_STRUCTURE);
  signals[SIGNAL_CONSUMER_ADDED] = event_new ("consumer-added", G_SIGNAL_DEPRECATED, G_TYPE_NONE,
      2, G_TYPE_STRING, GST_TYPE_ELEMENT);
  signals[SIGNAL_CONSUMER_REMOVED] = event_new ("consumer-removed", 0, G_TYPE_NONE,
      2, G_TYPE_STRING, GST_TYPE_ELEMENT);
  signals[SIGNAL_WEBRTCBIN_READY] = event_new ("webrtcbin-ready", 0, G_TYPE_NONE,
      2, G_TYPE_STRING, GST_TYPE_ELEMENT);
  /* clang-format on */
}

/**
 * GstSignaller::connection-closed:
 * @self: the signaller
 * @info: how it ended
 *
 * A connection that was being made or established has ended: who ended it, in which class, with which close
 * code, and whether the signaller connects again by itself. Once per connection. Not every signaller emits this.
 *
 * Since: 0.1
 */
/**
 * GstSignaller::warning:
 * @self: the signaller
 * @text: what happened, for people
 *
 * Something is wrong that ends neither the connection nor, in itself, a session: a server that refused a
 * request, say. Elements post it as a warning.
 *
 * Since: 0.1
 */
/**
 * GstSignaller::error:
 * @self: the signaller
 * @text: what happened, for people
 *
 * The signaller cannot do its work any more. Elements post it as an error. Once per failure.
 *
 * Since: 0.1
 */
/**
 * GstSignaller::shutdown:
 * @self: the signaller
 *
 * The signaller wants its user to come to an end; elements that send post end-of-stream. An action signal.
 *
 * Since: 0.1
 */
static void
install_connection_events (void)
{
  /* clang-format off */
  signals[SIGNAL_CONNECTION_CLOSED] = event_new ("connection-closed", 0, G_TYPE_NONE,
      1, GST_TYPE_SIGNALLING_CLOSE_INFO);
  signals[SIGNAL_WARNING] = event_new ("warning", 0, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[SIGNAL_ERROR] = event_new ("error", 0, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[SIGNAL_SHUTDOWN] = event_new ("shutdown", G_SIGNAL_ACTION, G_TYPE_NONE, 0);
  /* clang-format on */
}

static void
gst_signaller_default_init (GstSignallerInterface *iface)
{
  iface->end_session_with_error = end_session_without_error;
  iface->munge_session_description = copy_session_description;

  /**
   * GstSignaller:manual-sdp-munging:
   *
   * %TRUE when the signaller calls gst_signaller_munge_session_description() itself, so that its user must not.
   * Nearly every signaller says %FALSE. GObject wants each implementation to override the properties of its
   * interfaces:
   *
   * * C: `g_object_class_override_property (object_class, PROP_MANUAL_SDP_MUNGING, "manual-sdp-munging")`, and a
   *   `get_property` that sets %FALSE.
   * * Python: `manual_sdp_munging = GObject.Property(type=bool, default=False, flags=GObject.ParamFlags.READABLE)`
   * * JavaScript: `Properties: {'manual-sdp-munging': GObject.ParamSpec.override('manual-sdp-munging',
   *   GstSignalling.Signaller)}` and `get manual_sdp_munging() { return false; }`
   * * Vala: `public bool manual_sdp_munging { get { return false; } }`
   *
   * Since: 0.1
   */
  g_object_interface_install_property (iface, g_param_spec_boolean ("manual-sdp-munging", "Manual SDP munging",
                                                  "Whether the signaller emits munge-session-description itself", FALSE,
                                                  G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));

  install_requests ();
  install_session_events ();
  install_peer_events ();
  install_connection_events ();
}

/**
 * gst_signaller_start:
 * @self: a #GstSignaller
 *
 * Asks the signaller to connect: emits #GstSignaller::start. Whether that works is told later. Any thread.
 *
 * Returns: %TRUE when handled
 * Since: 0.1
 */
gboolean
gst_signaller_start (GstSignaller *self)
{
  gboolean handled = FALSE;

  g_return_val_if_fail (GST_IS_SIGNALLER (self), FALSE);
  g_signal_emit (self, signals[SIGNAL_START], 0, &handled);
  return handled;
}

/**
 * gst_signaller_stop:
 * @self: a #GstSignaller
 *
 * Asks the signaller to disconnect: emits #GstSignaller::stop. Any thread, also from a handler of any of the
 * signaller's signals.
 *
 * Returns: %TRUE when handled
 * Since: 0.1
 */
gboolean
gst_signaller_stop (GstSignaller *self)
{
  gboolean handled = FALSE;

  g_return_val_if_fail (GST_IS_SIGNALLER (self), FALSE);
  g_signal_emit (self, signals[SIGNAL_STOP], 0, &handled);
  return handled;
}

/**
 * gst_signaller_send_session_description:
 * @self: a #GstSignaller
 * @session_id: the session
 * @description: (transfer none): the offer or answer
 *
 * Asks the signaller to pass an offer or answer to the other side: emits
 * #GstSignaller::send-session-description. Any thread.
 *
 * Returns: %TRUE when handled
 * Since: 0.1
 */
gboolean
gst_signaller_send_session_description (
    GstSignaller *self, const gchar *session_id, GstWebRTCSessionDescription *description)
{
  gboolean handled = FALSE;

  g_return_val_if_fail (GST_IS_SIGNALLER (self), FALSE);
  g_signal_emit (self, signals[SIGNAL_SEND_SESSION_DESCRIPTION], 0, session_id, description, &handled);
  return handled;
}

/**
 * gst_signaller_send_ice:
 * @self: a #GstSignaller
 * @session_id: the session
 * @candidate: the ICE candidate
 * @sdp_m_line_index: the media line it belongs to
 * @sdp_mid: (nullable): the media id it belongs to
 *
 * Asks the signaller to pass an ICE candidate to the other side: emits #GstSignaller::send-ice. Any thread.
 *
 * Returns: %TRUE when handled
 * Since: 0.1
 */
gboolean
gst_signaller_send_ice (
    GstSignaller *self, const gchar *session_id, const gchar *candidate, guint sdp_m_line_index, const gchar *sdp_mid)
{
  gboolean handled = FALSE;

  g_return_val_if_fail (GST_IS_SIGNALLER (self), FALSE);
  g_signal_emit (self, signals[SIGNAL_SEND_ICE], 0, session_id, candidate, sdp_m_line_index, sdp_mid, &handled);
  return handled;
}

/**
 * gst_signaller_end_session:
 * @self: a #GstSignaller
 * @session_id: the session
 *
 * Asks the signaller to tell the other side that the session is over: emits #GstSignaller::end-session. Any
 * thread.
 *
 * Returns: %TRUE when handled
 * Since: 0.1
 */
gboolean
gst_signaller_end_session (GstSignaller *self, const gchar *session_id)
{
  gboolean handled = FALSE;

  g_return_val_if_fail (GST_IS_SIGNALLER (self), FALSE);
  g_signal_emit (self, signals[SIGNAL_END_SESSION], 0, session_id, &handled);
  return handled;
}

/**
 * gst_signaller_end_session_with_error:
 * @self: a #GstSignaller
 * @session_id: the session
 * @error: (nullable): why, for people
 *
 * Asks the signaller to tell the other side that the session is over, and why: emits
 * #GstSignaller::end-session-with-error. Any thread.
 *
 * Returns: %TRUE when handled
 * Since: 0.1
 */
gboolean
gst_signaller_end_session_with_error (GstSignaller *self, const gchar *session_id, const gchar *error)
{
  gboolean handled = FALSE;

  g_return_val_if_fail (GST_IS_SIGNALLER (self), FALSE);
  g_signal_emit (self, signals[SIGNAL_END_SESSION_WITH_ERROR], 0, session_id, error, &handled);
  return handled;
}

/**
 * gst_signaller_munge_session_description:
 * @self: a #GstSignaller
 * @session_id: the session
 * @description: (transfer none): the description as WebRTC made it
 *
 * Lets the signaller and the application change a description before it is sent: emits
 * #GstSignaller::munge-session-description. Not to be called by users of a signaller whose
 * #GstSignaller:manual-sdp-munging is %TRUE. Any thread.
 *
 * Returns: (transfer full): what is to be sent; a copy of @description when the handler gave nothing back
 * Since: 0.1
 */
GstWebRTCSessionDescription *
gst_signaller_munge_session_description (
    GstSignaller *self, const gchar *session_id, GstWebRTCSessionDescription *description)
{
  GstWebRTCSessionDescription *munged = NULL;

  g_return_val_if_fail (GST_IS_SIGNALLER (self), NULL);
  g_signal_emit (self, signals[SIGNAL_MUNGE_SESSION_DESCRIPTION], 0, session_id, description, &munged);
  return munged ? munged : gst_webrtc_session_description_copy (description);
}

/**
 * gst_signaller_webrtcbin_ready:
 * @self: a #GstSignaller
 * @id: the peer or session
 * @webrtcbin: the webrtcbin
 *
 * For elements: emits #GstSignaller::webrtcbin-ready. Any thread.
 *
 * Since: 0.1
 */
void
gst_signaller_webrtcbin_ready (GstSignaller *self, const gchar *id, GstElement *webrtcbin)
{
  g_return_if_fail (GST_IS_SIGNALLER (self));
  g_signal_emit (self, signals[SIGNAL_WEBRTCBIN_READY], 0, id, webrtcbin);
}

/**
 * gst_signaller_consumer_added:
 * @self: a #GstSignaller
 * @peer_id: the peer
 * @webrtcbin: its webrtcbin
 *
 * For elements that send: emits #GstSignaller::consumer-added, for those who still listen to it. Any thread.
 *
 * Since: 0.1
 */
void
gst_signaller_consumer_added (GstSignaller *self, const gchar *peer_id, GstElement *webrtcbin)
{
  g_return_if_fail (GST_IS_SIGNALLER (self));
  g_signal_emit (self, signals[SIGNAL_CONSUMER_ADDED], 0, peer_id, webrtcbin);
}

/**
 * gst_signaller_consumer_removed:
 * @self: a #GstSignaller
 * @peer_id: the peer
 * @webrtcbin: its webrtcbin
 *
 * For elements that send: emits #GstSignaller::consumer-removed. Any thread.
 *
 * Since: 0.1
 */
void
gst_signaller_consumer_removed (GstSignaller *self, const gchar *peer_id, GstElement *webrtcbin)
{
  g_return_if_fail (GST_IS_SIGNALLER (self));
  g_signal_emit (self, signals[SIGNAL_CONSUMER_REMOVED], 0, peer_id, webrtcbin);
}

/**
 * gst_signaller_get_manual_sdp_munging:
 * @self: a #GstSignaller
 *
 * Whether the signaller changes descriptions itself before it sends them. Any thread.
 *
 * Returns: the value of #GstSignaller:manual-sdp-munging
 * Since: 0.1
 */
gboolean
gst_signaller_get_manual_sdp_munging (GstSignaller *self)
{
  gboolean manual = FALSE;

  g_return_val_if_fail (GST_IS_SIGNALLER (self), FALSE);
  g_object_get (self, "manual-sdp-munging", &manual, NULL);
  return manual;
}

/**
 * gst_signaller_get_connection_state:
 * @self: a #GstSignaller
 *
 * Reads the property `connection-state` of a signaller that has one of type #GstSignallerConnectionState. Any
 * thread.
 *
 * Returns: what the connection is doing; %GST_SIGNALLER_CONNECTION_STATE_CONNECTED for a signaller that does not
 *   say: nothing speaks against using it
 * Since: 0.1
 */
GstSignallerConnectionState
gst_signaller_get_connection_state (GstSignaller *self)
{
  GstSignallerConnectionState state = GST_SIGNALLER_CONNECTION_STATE_CONNECTED;
  GParamSpec *pspec;

  g_return_val_if_fail (GST_IS_SIGNALLER (self), GST_SIGNALLER_CONNECTION_STATE_DISCONNECTED);
  pspec = g_object_class_find_property (G_OBJECT_GET_CLASS (self), "connection-state");
  if (pspec && (pspec->flags & G_PARAM_READABLE) && pspec->value_type == GST_TYPE_SIGNALLER_CONNECTION_STATE)
    g_object_get (self, "connection-state", &state, NULL);
  return state;
}

/**
 * gst_signaller_request_meta:
 * @self: a #GstSignaller
 *
 * For implementations: asks the user what to tell others about it, by emitting #GstSignaller::request-meta. Any
 * thread.
 *
 * Returns: (transfer full) (nullable): a description of the user, or %NULL
 * Since: 0.1
 */
GstStructure *
gst_signaller_request_meta (GstSignaller *self)
{
  GstStructure *meta = NULL;

  g_return_val_if_fail (GST_IS_SIGNALLER (self), NULL);
  g_signal_emit (self, signals[SIGNAL_REQUEST_META], 0, &meta);
  return meta;
}

/**
 * gst_signaller_session_requested:
 * @self: a #GstSignaller
 * @session_id: the new session
 * @peer_id: who wants it
 * @offer: (nullable) (transfer none): the offer of the other side, %NULL when the user is to make one
 *
 * For implementations: emits #GstSignaller::session-requested. Any thread.
 *
 * Since: 0.1
 */
void
gst_signaller_session_requested (
    GstSignaller *self, const gchar *session_id, const gchar *peer_id, GstWebRTCSessionDescription *offer)
{
  g_return_if_fail (GST_IS_SIGNALLER (self));
  g_signal_emit (self, signals[SIGNAL_SESSION_REQUESTED], 0, session_id, peer_id, offer);
}

/**
 * gst_signaller_session_started:
 * @self: a #GstSignaller
 * @session_id: the new session
 * @peer_id: the other side
 *
 * For implementations: emits #GstSignaller::session-started. Any thread.
 *
 * Since: 0.1
 */
void
gst_signaller_session_started (GstSignaller *self, const gchar *session_id, const gchar *peer_id)
{
  g_return_if_fail (GST_IS_SIGNALLER (self));
  g_signal_emit (self, signals[SIGNAL_SESSION_STARTED], 0, session_id, peer_id);
}

/**
 * gst_signaller_session_description:
 * @self: a #GstSignaller
 * @session_id: the session
 * @description: (transfer none): the other side's offer or answer
 *
 * For implementations: emits #GstSignaller::session-description. Any thread.
 *
 * Since: 0.1
 */
void
gst_signaller_session_description (
    GstSignaller *self, const gchar *session_id, GstWebRTCSessionDescription *description)
{
  g_return_if_fail (GST_IS_SIGNALLER (self));
  g_signal_emit (self, signals[SIGNAL_SESSION_DESCRIPTION], 0, session_id, description);
}

/**
 * gst_signaller_handle_ice:
 * @self: a #GstSignaller
 * @session_id: the session
 * @sdp_m_line_index: the media line the candidate belongs to
 * @sdp_mid: (nullable): the media id it belongs to
 * @candidate: the other side's ICE candidate
 *
 * For implementations: emits #GstSignaller::handle-ice. Any thread.
 *
 * Since: 0.1
 */
void
gst_signaller_handle_ice (
    GstSignaller *self, const gchar *session_id, guint sdp_m_line_index, const gchar *sdp_mid, const gchar *candidate)
{
  g_return_if_fail (GST_IS_SIGNALLER (self));
  g_signal_emit (self, signals[SIGNAL_HANDLE_ICE], 0, session_id, sdp_m_line_index, sdp_mid, candidate);
}

/**
 * gst_signaller_session_ended:
 * @self: a #GstSignaller
 * @session_id: the session
 *
 * For implementations: emits #GstSignaller::session-ended. Any thread.
 *
 * Returns: what the last handler returned, %FALSE without one
 * Since: 0.1
 */
gboolean
gst_signaller_session_ended (GstSignaller *self, const gchar *session_id)
{
  gboolean ended = FALSE;

  g_return_val_if_fail (GST_IS_SIGNALLER (self), FALSE);
  g_signal_emit (self, signals[SIGNAL_SESSION_ENDED], 0, session_id, &ended);
  return ended;
}

/**
 * gst_signaller_session_ended_with_error:
 * @self: a #GstSignaller
 * @session_id: the session
 * @error: (nullable): why, for people
 *
 * For implementations: emits #GstSignaller::session-ended-with-error. Any thread.
 *
 * Returns: what the last handler returned, %FALSE without one
 * Since: 0.1
 */
gboolean
gst_signaller_session_ended_with_error (GstSignaller *self, const gchar *session_id, const gchar *error)
{
  gboolean ended = FALSE;

  g_return_val_if_fail (GST_IS_SIGNALLER (self), FALSE);
  g_signal_emit (self, signals[SIGNAL_SESSION_ENDED_WITH_ERROR], 0, session_id, error, &ended);
  return ended;
}

/**
 * gst_signaller_producer_added:
 * @self: a #GstSignaller
 * @producer_id: the producer
 * @meta: (nullable) (transfer none): what it says about itself
 * @new_connection: %FALSE when it was there before the signaller began to listen
 *
 * For implementations: emits #GstSignaller::producer-added. Any thread.
 *
 * Since: 0.1
 */
void
gst_signaller_producer_added (
    GstSignaller *self, const gchar *producer_id, const GstStructure *meta, gboolean new_connection)
{
  g_return_if_fail (GST_IS_SIGNALLER (self));
  g_signal_emit (self, signals[SIGNAL_PRODUCER_ADDED], 0, producer_id, meta, new_connection);
}

/**
 * gst_signaller_producer_removed:
 * @self: a #GstSignaller
 * @producer_id: the producer
 * @meta: (nullable) (transfer none): what it said about itself
 *
 * For implementations: emits #GstSignaller::producer-removed. Any thread.
 *
 * Since: 0.1
 */
void
gst_signaller_producer_removed (GstSignaller *self, const gchar *producer_id, const GstStructure *meta)
{
  g_return_if_fail (GST_IS_SIGNALLER (self));
  g_signal_emit (self, signals[SIGNAL_PRODUCER_REMOVED], 0, producer_id, meta);
}

/**
 * gst_signaller_connection_closed:
 * @self: a #GstSignaller
 * @info: (transfer none): how the connection ended
 *
 * For implementations: emits #GstSignaller::connection-closed. Any thread.
 *
 * Since: 0.1
 */
void
gst_signaller_connection_closed (GstSignaller *self, GstSignallingCloseInfo *info)
{
  g_return_if_fail (GST_IS_SIGNALLER (self));
  g_signal_emit (self, signals[SIGNAL_CONNECTION_CLOSED], 0, info);
}

/**
 * gst_signaller_warning:
 * @self: a #GstSignaller
 * @text: what happened, for people
 *
 * For implementations: emits #GstSignaller::warning. Any thread.
 *
 * Since: 0.1
 */
void
gst_signaller_warning (GstSignaller *self, const gchar *text)
{
  g_return_if_fail (GST_IS_SIGNALLER (self));
  g_signal_emit (self, signals[SIGNAL_WARNING], 0, text);
}

/**
 * gst_signaller_error:
 * @self: a #GstSignaller
 * @text: what happened, for people
 *
 * For implementations: emits #GstSignaller::error. Any thread.
 *
 * Since: 0.1
 */
void
gst_signaller_error (GstSignaller *self, const gchar *text)
{
  g_return_if_fail (GST_IS_SIGNALLER (self));
  g_signal_emit (self, signals[SIGNAL_ERROR], 0, text);
}

/**
 * gst_signaller_shutdown:
 * @self: a #GstSignaller
 *
 * For implementations: emits #GstSignaller::shutdown. Any thread.
 *
 * Since: 0.1
 */
void
gst_signaller_shutdown (GstSignaller *self)
{
  g_return_if_fail (GST_IS_SIGNALLER (self));
  g_signal_emit (self, signals[SIGNAL_SHUTDOWN], 0);
}
