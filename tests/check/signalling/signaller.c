/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The interface: its signals as applications know them, a type that implements it, handlers that replace it. */

#include <string.h>

#include <gst/signalling/signalling.h>
#include <tests/common/log-guard.h>
#include <tests/common/watchdog.h>

/* A type that implements everything and writes down what it is asked. */

#define TEST_TYPE_SIGNALLER (test_signaller_get_type ())
G_DECLARE_FINAL_TYPE (TestSignaller, test_signaller, TEST, SIGNALLER, GObject)

struct _TestSignaller
{
  GObject parent;
  GString *log;
  GstSignallerConnectionState state;
};

enum
{
  PROP_MANUAL_SDP_MUNGING = 1,
  PROP_CONNECTION_STATE,
};

static gchar *
sdp_text (GstWebRTCSessionDescription *description)
{
  return description ? gst_sdp_message_as_text (description->sdp) : g_strdup ("none");
}

static const gchar *
sdp_type (GstWebRTCSessionDescription *description)
{
  return description ? gst_webrtc_sdp_type_to_string (description->type) : "none";
}

static gboolean
test_signaller_start (GstSignaller *signaller)
{
  g_string_append (TEST_SIGNALLER (signaller)->log, "start;");
  return TRUE;
}

static gboolean
test_signaller_stop (GstSignaller *signaller)
{
  g_string_append (TEST_SIGNALLER (signaller)->log, "stop;");
  return TRUE;
}

static gboolean
test_signaller_send_session_description (
    GstSignaller *signaller, const gchar *session_id, GstWebRTCSessionDescription *description)
{
  g_string_append_printf (TEST_SIGNALLER (signaller)->log, "description %s %s;", session_id, sdp_type (description));
  return TRUE;
}

static gboolean
test_signaller_send_ice (GstSignaller *signaller, const gchar *session_id, const gchar *candidate,
    guint sdp_m_line_index, const gchar *sdp_mid)
{
  g_string_append_printf (TEST_SIGNALLER (signaller)->log, "ice %s %s %u %s;", session_id, candidate, sdp_m_line_index,
      sdp_mid ? sdp_mid : "none");
  return TRUE;
}

static gboolean
test_signaller_end_session (GstSignaller *signaller, const gchar *session_id)
{
  g_string_append_printf (TEST_SIGNALLER (signaller)->log, "end %s;", session_id);
  return TRUE;
}

static gboolean
test_signaller_end_session_with_error (GstSignaller *signaller, const gchar *session_id, const gchar *error)
{
  g_string_append_printf (
      TEST_SIGNALLER (signaller)->log, "end %s because %s;", session_id, error ? error : "of nothing");
  return TRUE;
}

static GstStructure *
test_signaller_request_meta (GstSignaller *signaller)
{
  return gst_structure_new ("meta", "name", G_TYPE_STRING, "the type", NULL);
}

static GstWebRTCSessionDescription *
test_signaller_munge (GstSignaller *signaller, const gchar *session_id, GstWebRTCSessionDescription *description)
{
  GstWebRTCSessionDescription *munged = gst_webrtc_session_description_copy (description);

  gst_sdp_message_set_session_name (munged->sdp, session_id);
  return munged;
}

static void
test_signaller_iface_init (GstSignallerInterface *iface)
{
  iface->start = test_signaller_start;
  iface->stop = test_signaller_stop;
  iface->send_session_description = test_signaller_send_session_description;
  iface->send_ice = test_signaller_send_ice;
  iface->end_session = test_signaller_end_session;
  iface->end_session_with_error = test_signaller_end_session_with_error;
  iface->request_meta = test_signaller_request_meta;
  iface->munge_session_description = test_signaller_munge;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (
    TestSignaller, test_signaller, G_TYPE_OBJECT, G_IMPLEMENT_INTERFACE (GST_TYPE_SIGNALLER, test_signaller_iface_init))

static void
test_signaller_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_MANUAL_SDP_MUNGING)
    g_value_set_boolean (value, TRUE);
  else
    g_value_set_enum (value, TEST_SIGNALLER (object)->state);
}

static void
test_signaller_finalize (GObject *object)
{
  g_string_free (TEST_SIGNALLER (object)->log, TRUE);
  G_OBJECT_CLASS (test_signaller_parent_class)->finalize (object);
}

static void
test_signaller_class_init (TestSignallerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = test_signaller_get_property;
  object_class->finalize = test_signaller_finalize;
  g_object_class_override_property (object_class, PROP_MANUAL_SDP_MUNGING, "manual-sdp-munging");
  g_object_class_install_property (object_class, PROP_CONNECTION_STATE,
      g_param_spec_enum ("connection-state", NULL, NULL, GST_TYPE_SIGNALLER_CONNECTION_STATE,
          GST_SIGNALLER_CONNECTION_STATE_DISCONNECTED, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
}

static void
test_signaller_init (TestSignaller *self)
{
  self->log = g_string_new (NULL);
}

static void
assert_log (GstSignaller *signaller, const gchar *expected)
{
  g_assert_cmpstr (TEST_SIGNALLER (signaller)->log->str, ==, expected);
  g_string_truncate (TEST_SIGNALLER (signaller)->log, 0);
}

/* A type that implements nothing of it. */

#define TEST_TYPE_BARE (test_bare_get_type ())
G_DECLARE_FINAL_TYPE (TestBare, test_bare, TEST, BARE, GObject)

struct _TestBare
{
  GObject parent;
};

G_DEFINE_FINAL_TYPE_WITH_CODE (TestBare, test_bare, G_TYPE_OBJECT, G_IMPLEMENT_INTERFACE (GST_TYPE_SIGNALLER, NULL))

static void
test_bare_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  g_value_set_boolean (value, FALSE);
}

static void
test_bare_class_init (TestBareClass *klass)
{
  G_OBJECT_CLASS (klass)->get_property = test_bare_get_property;
  g_object_class_override_property (G_OBJECT_CLASS (klass), 1, "manual-sdp-munging");
}

static void
test_bare_init (TestBare *self)
{
}

static GstWebRTCSessionDescription *
new_description (GstWebRTCSDPType type)
{
  GstSDPMessage *sdp;

  g_assert_cmpint (
      gst_sdp_message_new_from_text ("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n", &sdp), ==, GST_SDP_OK);
  return gst_webrtc_session_description_new (type, sdp);
}

/* The signals: applications know them by these names, arguments and results. */

static const gchar *const signal_table[] = {
  "start () -> gboolean",
  "stop () -> gboolean",
  "end-session (gchararray) -> gboolean",
  "end-session-with-error (gchararray, gchararray) -> gboolean",
  "send-session-description (gchararray, GstWebRTCSessionDescription) -> gboolean",
  "send-ice (gchararray, gchararray, guint, gchararray) -> gboolean",
  "munge-session-description (gchararray, GstWebRTCSessionDescription) -> GstWebRTCSessionDescription",
  "request-meta () -> GstStructure",
  "session-requested (gchararray, gchararray, GstWebRTCSessionDescription) -> void",
  "session-started (gchararray, gchararray) -> void",
  "session-description (gchararray, GstWebRTCSessionDescription) -> void, action",
  "handle-ice (gchararray, guint, gchararray, gchararray) -> void, action",
  "session-ended (gchararray) -> gboolean",
  "session-ended-with-error (gchararray, gchararray) -> gboolean",
  "error (gchararray) -> void",
  "shutdown () -> void, action",
  "producer-added (gchararray, GstStructure, gboolean) -> void",
  "producer-removed (gchararray, GstStructure) -> void",
  "consumer-added (gchararray, GstElement) -> void, deprecated",
  "consumer-removed (gchararray, GstElement) -> void",
  "webrtcbin-ready (gchararray, GstElement) -> void",
  "warning (gchararray) -> void",
  "connection-closed (GstSignallingCloseInfo) -> void",
};

static gchar *
describe_signal (guint id)
{
  GSignalQuery query;
  g_autoptr (GString) text = g_string_new (NULL);

  g_signal_query (id, &query);
  g_string_append_printf (text, "%s (", query.signal_name);
  for (guint i = 0; i < query.n_params; i++)
    g_string_append_printf (text, "%s%s", i ? ", " : "", g_type_name (query.param_types[i]));
  g_string_append_printf (text, ") -> %s", g_type_name (query.return_type));
  g_assert_true (query.signal_flags & G_SIGNAL_RUN_LAST);
  if (query.signal_flags & G_SIGNAL_ACTION)
    g_string_append (text, ", action");
  if (query.signal_flags & G_SIGNAL_DEPRECATED)
    g_string_append (text, ", deprecated");
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
test_signals (void)
{
  g_autoptr (GHashTable) described = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  gpointer iface = g_type_default_interface_ref (GST_TYPE_SIGNALLER);
  guint n_ids;
  g_autofree guint *ids = g_signal_list_ids (GST_TYPE_SIGNALLER, &n_ids);

  for (guint i = 0; i < n_ids; i++)
    g_hash_table_add (described, describe_signal (ids[i]));
  for (guint i = 0; i < G_N_ELEMENTS (signal_table); i++) {
    if (!g_hash_table_contains (described, signal_table[i]))
      g_error ("no signal %s", signal_table[i]);
  }
  g_assert_cmpuint (n_ids, ==, G_N_ELEMENTS (signal_table));
  g_type_default_interface_unref (iface);
}

static void
test_implemented (void)
{
  g_autoptr (GstSignaller) signaller = g_object_new (TEST_TYPE_SIGNALLER, NULL);
  g_autoptr (GstWebRTCSessionDescription) offer = new_description (GST_WEBRTC_SDP_TYPE_OFFER);
  g_autoptr (GstWebRTCSessionDescription) munged = NULL;
  g_autoptr (GstStructure) meta = NULL;

  g_assert_true (gst_signaller_start (signaller));
  g_assert_true (gst_signaller_send_session_description (signaller, "session", offer));
  g_assert_true (gst_signaller_send_ice (signaller, "session", "candidate", G_MAXUINT, "mid"));
  g_assert_true (gst_signaller_send_ice (signaller, "session", "candidate", 0, NULL));
  g_assert_true (gst_signaller_end_session (signaller, "session"));
  g_assert_true (gst_signaller_end_session_with_error (signaller, "session", "of tests"));
  g_assert_true (gst_signaller_end_session_with_error (signaller, "session", NULL));
  g_assert_true (gst_signaller_stop (signaller));
  assert_log (signaller, "start;description session offer;ice session candidate 4294967295 mid;"
                         "ice session candidate 0 none;end session;end session because of tests;"
                         "end session because of nothing;stop;");

  meta = gst_signaller_request_meta (signaller);
  g_assert_cmpstr (gst_structure_get_string (meta, "name"), ==, "the type");
  munged = gst_signaller_munge_session_description (signaller, "changed", offer);
  g_assert_cmpstr (gst_sdp_message_get_session_name (munged->sdp), ==, "changed");
  g_assert_cmpstr (gst_sdp_message_get_session_name (offer->sdp), ==, "-");
}

static void
test_not_implemented (void)
{
  g_autoptr (GstSignaller) signaller = g_object_new (TEST_TYPE_BARE, NULL);
  g_autoptr (GstWebRTCSessionDescription) offer = new_description (GST_WEBRTC_SDP_TYPE_OFFER);
  g_autoptr (GstWebRTCSessionDescription) munged = NULL;
  g_autofree gchar *before = sdp_text (offer);
  g_autofree gchar *after = NULL;

  g_assert_false (gst_signaller_start (signaller));
  g_assert_false (gst_signaller_send_session_description (signaller, "session", offer));
  g_assert_false (gst_signaller_send_ice (signaller, "session", "candidate", 0, NULL));
  g_assert_false (gst_signaller_end_session (signaller, "session"));
  g_assert_false (gst_signaller_end_session_with_error (signaller, "session", "why"));
  g_assert_false (gst_signaller_stop (signaller));
  g_assert_null (gst_signaller_request_meta (signaller));

  munged = gst_signaller_munge_session_description (signaller, "session", offer);
  g_assert_true (munged != offer && munged->sdp != offer->sdp);
  after = sdp_text (munged);
  g_assert_cmpstr (after, ==, before);
  g_assert_cmpint (munged->type, ==, GST_WEBRTC_SDP_TYPE_OFFER);
}

static void
test_properties (void)
{
  g_autoptr (GstSignaller) signaller = g_object_new (TEST_TYPE_SIGNALLER, NULL);
  g_autoptr (GstSignaller) bare = g_object_new (TEST_TYPE_BARE, NULL);

  g_assert_true (gst_signaller_get_manual_sdp_munging (signaller));
  g_assert_false (gst_signaller_get_manual_sdp_munging (bare));

  g_assert_cmpint (gst_signaller_get_connection_state (signaller), ==, GST_SIGNALLER_CONNECTION_STATE_DISCONNECTED);
  TEST_SIGNALLER (signaller)->state = GST_SIGNALLER_CONNECTION_STATE_RECONNECTING;
  g_assert_cmpint (gst_signaller_get_connection_state (signaller), ==, GST_SIGNALLER_CONNECTION_STATE_RECONNECTING);
  g_assert_cmpint (gst_signaller_get_connection_state (bare), ==, GST_SIGNALLER_CONNECTION_STATE_CONNECTED);
}

/* Handlers that replace the type */

static gboolean
count_and_refuse (GstSignaller *signaller, guint *count)
{
  (*count)++;
  return FALSE;
}

static gboolean
count_and_accept (GstSignaller *signaller, guint *count)
{
  (*count)++;
  return TRUE;
}

static void
test_first_handler_wins (void)
{
  g_autoptr (GstSignaller) signaller = g_object_new (TEST_TYPE_SIGNALLER, NULL);
  guint first = 0, second = 0, after = 0;
  gulong id;

  id = g_signal_connect (signaller, "start", G_CALLBACK (count_and_refuse), &first);
  g_signal_connect (signaller, "start", G_CALLBACK (count_and_accept), &second);
  g_signal_connect_after (signaller, "start", G_CALLBACK (count_and_accept), &after);
  g_assert_false (gst_signaller_start (signaller));
  g_assert_cmpuint (first, ==, 1);
  g_assert_cmpuint (second, ==, 0);
  assert_log (signaller, "");

  g_signal_handler_disconnect (signaller, id);
  g_assert_true (gst_signaller_start (signaller));
  g_assert_cmpuint (second, ==, 1);
  g_assert_cmpuint (after, ==, 0);
  assert_log (signaller, "");
}

static gboolean
log_description (
    GstSignaller *signaller, const gchar *session_id, GstWebRTCSessionDescription *description, GString *log)
{
  g_string_append_printf (log, "description %s %s;", session_id, sdp_type (description));
  return TRUE;
}

static gboolean
log_ice (GstSignaller *signaller, const gchar *session_id, const gchar *candidate, guint sdp_m_line_index,
    const gchar *sdp_mid, GString *log)
{
  g_string_append_printf (log, "ice %s %s %u %s;", session_id, candidate, sdp_m_line_index, sdp_mid ? sdp_mid : "none");
  return TRUE;
}

static gboolean
log_end (GstSignaller *signaller, const gchar *session_id, GString *log)
{
  g_string_append_printf (log, "end %s;", session_id);
  return TRUE;
}

static GstStructure *
answer_meta (GstSignaller *signaller, gpointer unused)
{
  return gst_structure_new ("meta", "name", G_TYPE_STRING, "the handler", NULL);
}

static GstWebRTCSessionDescription *
answer_munge (GstSignaller *signaller, const gchar *session_id, GstWebRTCSessionDescription *description,
    GstWebRTCSessionDescription *answer)
{
  return answer ? gst_webrtc_session_description_copy (answer) : NULL;
}

static void
test_replaced_by_handlers (void)
{
  g_autoptr (GstSignaller) signaller = g_object_new (TEST_TYPE_SIGNALLER, NULL);
  g_autoptr (GstWebRTCSessionDescription) offer = new_description (GST_WEBRTC_SDP_TYPE_OFFER);
  g_autoptr (GstWebRTCSessionDescription) answer = new_description (GST_WEBRTC_SDP_TYPE_ANSWER);
  g_autoptr (GstWebRTCSessionDescription) munged = NULL;
  g_autoptr (GstStructure) meta = NULL;
  g_autoptr (GString) log = g_string_new (NULL);

  g_signal_connect (signaller, "send-session-description", G_CALLBACK (log_description), log);
  g_signal_connect (signaller, "send-ice", G_CALLBACK (log_ice), log);
  g_signal_connect (signaller, "end-session", G_CALLBACK (log_end), log);
  g_signal_connect (signaller, "request-meta", G_CALLBACK (answer_meta), NULL);
  g_signal_connect (signaller, "munge-session-description", G_CALLBACK (answer_munge), answer);

  g_assert_true (gst_signaller_send_session_description (signaller, "session", offer));
  g_assert_true (gst_signaller_send_ice (signaller, "session", "candidate", 3, NULL));
  g_assert_true (gst_signaller_end_session (signaller, "session"));
  g_assert_cmpstr (log->str, ==, "description session offer;ice session candidate 3 none;end session;");
  assert_log (signaller, "");

  meta = gst_signaller_request_meta (signaller);
  g_assert_cmpstr (gst_structure_get_string (meta, "name"), ==, "the handler");
  munged = gst_signaller_munge_session_description (signaller, "session", offer);
  g_assert_cmpint (munged->type, ==, GST_WEBRTC_SDP_TYPE_ANSWER);
}

/* A handler in a language with exceptions returns nothing when one is thrown. */
static void
test_munge_handler_returns_nothing (void)
{
  g_autoptr (GstSignaller) signaller = g_object_new (TEST_TYPE_BARE, NULL);
  g_autoptr (GstWebRTCSessionDescription) offer = new_description (GST_WEBRTC_SDP_TYPE_OFFER);
  g_autoptr (GstWebRTCSessionDescription) munged = NULL;

  g_signal_connect (signaller, "munge-session-description", G_CALLBACK (answer_munge), NULL);
  munged = gst_signaller_munge_session_description (signaller, "session", offer);
  g_assert_nonnull (munged);
  g_assert_cmpint (munged->type, ==, GST_WEBRTC_SDP_TYPE_OFFER);
}

/* Who knows only end-session is asked that way, by the type or by a handler. */
static void
test_error_falls_back (void)
{
  g_autoptr (GstSignaller) signaller = g_object_new (TEST_TYPE_BARE, NULL);
  g_autoptr (GString) log = g_string_new (NULL);

  g_signal_connect (signaller, "end-session", G_CALLBACK (log_end), log);
  g_assert_true (gst_signaller_end_session_with_error (signaller, "session", "why"));
  g_assert_cmpstr (log->str, ==, "end session;");
}

/* News from the signaller */

static void
log_session_requested (GstSignaller *signaller, const gchar *session_id, const gchar *peer_id,
    GstWebRTCSessionDescription *offer, GString *log)
{
  g_string_append_printf (log, "requested %s %s %s;", session_id, peer_id, sdp_type (offer));
}

static void
log_session_started (GstSignaller *signaller, const gchar *session_id, const gchar *peer_id, GString *log)
{
  g_string_append_printf (log, "started %s %s;", session_id, peer_id);
}

static void
log_handle_ice (GstSignaller *signaller, const gchar *session_id, guint sdp_m_line_index, const gchar *sdp_mid,
    const gchar *candidate, GString *log)
{
  g_string_append_printf (
      log, "handle %s %u %s %s;", session_id, sdp_m_line_index, sdp_mid ? sdp_mid : "none", candidate);
}

static gboolean
log_ended_with_error (GstSignaller *signaller, const gchar *session_id, const gchar *error, GString *log)
{
  g_string_append_printf (log, "ended %s %s;", session_id, error ? error : "none");
  return TRUE;
}

static void
test_session_events (void)
{
  g_autoptr (GstSignaller) signaller = g_object_new (TEST_TYPE_BARE, NULL);
  g_autoptr (GstWebRTCSessionDescription) offer = new_description (GST_WEBRTC_SDP_TYPE_OFFER);
  g_autoptr (GString) log = g_string_new (NULL);

  g_signal_connect (signaller, "session-requested", G_CALLBACK (log_session_requested), log);
  g_signal_connect (signaller, "session-started", G_CALLBACK (log_session_started), log);
  g_signal_connect (signaller, "session-description", G_CALLBACK (log_description), log);
  g_signal_connect (signaller, "handle-ice", G_CALLBACK (log_handle_ice), log);
  g_signal_connect (signaller, "session-ended-with-error", G_CALLBACK (log_ended_with_error), log);

  gst_signaller_session_requested (signaller, "session", "peer", NULL);
  gst_signaller_session_requested (signaller, "session", "peer", offer);
  gst_signaller_session_started (signaller, "session", "peer");
  gst_signaller_session_description (signaller, "session", offer);
  gst_signaller_handle_ice (signaller, "session", 7, "mid", "candidate");
  gst_signaller_handle_ice (signaller, "session", 0, NULL, "candidate");
  g_assert_true (gst_signaller_session_ended_with_error (signaller, "session", "why"));
  g_assert_true (gst_signaller_session_ended_with_error (signaller, "session", NULL));
  g_assert_cmpstr (log->str, ==,
      "requested session peer none;requested session peer offer;started session peer;description session offer;"
      "handle session 7 mid candidate;handle session 0 none candidate;ended session why;ended session none;");
}

/* Applications that carry the messages emit these by name. */
static void
test_action_signals (void)
{
  g_autoptr (GstSignaller) signaller = g_object_new (TEST_TYPE_BARE, NULL);
  g_autoptr (GstWebRTCSessionDescription) offer = new_description (GST_WEBRTC_SDP_TYPE_OFFER);
  g_autoptr (GString) log = g_string_new (NULL);

  g_signal_connect (signaller, "session-description", G_CALLBACK (log_description), log);
  g_signal_connect (signaller, "handle-ice", G_CALLBACK (log_handle_ice), log);
  g_signal_emit_by_name (signaller, "session-description", "session", offer);
  g_signal_emit_by_name (signaller, "handle-ice", "session", 1, NULL, "candidate");
  g_assert_cmpstr (log->str, ==, "description session offer;handle session 1 none candidate;");
}

static gboolean
return_true (GstSignaller *signaller, const gchar *session_id, guint *count)
{
  (*count)++;
  return TRUE;
}

static gboolean
return_false (GstSignaller *signaller, const gchar *session_id, guint *count)
{
  (*count)++;
  return FALSE;
}

/* No accumulator: every handler is called, the last one's result counts. */
static void
test_session_ended_last_result (void)
{
  g_autoptr (GstSignaller) signaller = g_object_new (TEST_TYPE_BARE, NULL);
  guint count = 0;

  g_assert_false (gst_signaller_session_ended (signaller, "session"));
  g_signal_connect (signaller, "session-ended", G_CALLBACK (return_false), &count);
  g_signal_connect (signaller, "session-ended", G_CALLBACK (return_true), &count);
  g_assert_true (gst_signaller_session_ended (signaller, "session"));
  g_signal_connect (signaller, "session-ended", G_CALLBACK (return_false), &count);
  g_assert_false (gst_signaller_session_ended (signaller, "session"));
  g_assert_cmpuint (count, ==, 5);
}

static void
log_producer_added (
    GstSignaller *signaller, const gchar *id, const GstStructure *meta, gboolean new_connection, GString *log)
{
  g_string_append_printf (
      log, "%s %s %s;", new_connection ? "new" : "known", id, meta ? gst_structure_get_name (meta) : "none");
}

static void
log_producer_removed (GstSignaller *signaller, const gchar *id, const GstStructure *meta, GString *log)
{
  g_string_append_printf (log, "removed %s %s;", id, meta ? gst_structure_get_name (meta) : "none");
}

static void
log_webrtcbin (GstSignaller *signaller, const gchar *id, GstElement *webrtcbin, GString *log)
{
  g_string_append_printf (log, "webrtcbin %s %s;", id, GST_OBJECT_NAME (webrtcbin));
}

static void
test_peer_events (void)
{
  g_autoptr (GstSignaller) signaller = g_object_new (TEST_TYPE_BARE, NULL);
  g_autoptr (GstElement) element = gst_object_ref_sink (gst_bin_new ("bin"));
  g_autoptr (GstStructure) meta = gst_structure_new_empty ("meta");
  g_autoptr (GString) log = g_string_new (NULL);

  g_signal_connect (signaller, "producer-added", G_CALLBACK (log_producer_added), log);
  g_signal_connect (signaller, "producer-removed", G_CALLBACK (log_producer_removed), log);
  g_signal_connect (signaller, "consumer-added", G_CALLBACK (log_webrtcbin), log);
  g_signal_connect (signaller, "consumer-removed", G_CALLBACK (log_webrtcbin), log);
  g_signal_connect (signaller, "webrtcbin-ready", G_CALLBACK (log_webrtcbin), log);
  gst_signaller_producer_added (signaller, "a", meta, TRUE);
  gst_signaller_producer_added (signaller, "b", NULL, FALSE);
  gst_signaller_producer_removed (signaller, "a", meta);
  gst_signaller_producer_removed (signaller, "b", NULL);
  gst_signaller_consumer_added (signaller, "c", element);
  gst_signaller_consumer_removed (signaller, "d", element);
  gst_signaller_webrtcbin_ready (signaller, "e", element);
  g_assert_cmpstr (log->str, ==,
      "new a meta;known b none;removed a meta;removed b none;webrtcbin c bin;webrtcbin d bin;webrtcbin e bin;");
}

static void
log_text (GstSignaller *signaller, const gchar *text, GString *log)
{
  g_string_append_printf (log, "%s;", text);
}

static void
log_shutdown (GstSignaller *signaller, GString *log)
{
  g_string_append (log, "shutdown;");
}

static void
log_closed (GstSignaller *signaller, GstSignallingCloseInfo *info, GString *log)
{
  g_string_append_printf (
      log, "closed %u %s;", gst_signalling_close_info_get_code (info), gst_signalling_close_info_get_reason (info));
}

static void
test_connection_events (void)
{
  g_autoptr (GstSignaller) signaller = g_object_new (TEST_TYPE_BARE, NULL);
  g_autoptr (GstSignallingCloseInfo) info =
      gst_signalling_close_info_new_orderly (GST_SIGNALLING_INITIATOR_REMOTE, TRUE, 1001, "going", TRUE);
  g_autoptr (GString) log = g_string_new (NULL);

  g_assert_cmpint (gst_signalling_close_info_get_close_class (info), ==, GST_SIGNALLING_CLOSE_CLEAN);
  g_assert_null (gst_signalling_close_info_get_error (info));
  g_signal_connect (signaller, "warning", G_CALLBACK (log_text), log);
  g_signal_connect (signaller, "error", G_CALLBACK (log_text), log);
  g_signal_connect (signaller, "shutdown", G_CALLBACK (log_shutdown), log);
  g_signal_connect (signaller, "connection-closed", G_CALLBACK (log_closed), log);
  gst_signaller_warning (signaller, "careful");
  gst_signaller_connection_closed (signaller, info);
  gst_signaller_error (signaller, "broken");
  gst_signaller_shutdown (signaller);
  g_assert_cmpstr (log->str, ==, "careful;closed 1001 going;broken;shutdown;");
}

/* What handlers may do */

static gboolean
stop_from_start (GstSignaller *signaller, gpointer unused)
{
  return gst_signaller_stop (signaller);
}

static void
stop_from_error (GstSignaller *signaller, const gchar *text, gpointer unused)
{
  g_assert_true (gst_signaller_stop (signaller));
}

static void
test_stop_from_handlers (void)
{
  g_autoptr (GstSignaller) signaller = g_object_new (TEST_TYPE_SIGNALLER, NULL);

  g_signal_connect (signaller, "start", G_CALLBACK (stop_from_start), NULL);
  g_signal_connect (signaller, "error", G_CALLBACK (stop_from_error), NULL);
  g_assert_true (gst_signaller_start (signaller));
  gst_signaller_error (signaller, "broken");
  assert_log (signaller, "stop;stop;");
}

static gboolean
drop_reference (GstSignaller *signaller, GstSignaller **owner)
{
  g_clear_object (owner);
  return TRUE;
}

static void
drop_reference_late (GstSignaller *signaller, const gchar *text, GstSignaller **owner)
{
  g_clear_object (owner);
}

static void
count_late (GstSignaller *signaller, const gchar *text, guint *count)
{
  g_assert_true (GST_IS_SIGNALLER (signaller));
  (*count)++;
}

static void
test_last_reference_dropped (void)
{
  GstSignaller *signaller = g_object_new (TEST_TYPE_SIGNALLER, NULL);
  gpointer watched = signaller;
  guint count = 0;

  g_object_add_weak_pointer (G_OBJECT (signaller), &watched);
  g_signal_connect (signaller, "start", G_CALLBACK (drop_reference), &signaller);
  g_assert_true (gst_signaller_start (signaller));
  g_assert_null (signaller);
  g_assert_null (watched);

  signaller = watched = g_object_new (TEST_TYPE_SIGNALLER, NULL);
  g_object_add_weak_pointer (G_OBJECT (signaller), &watched);
  g_signal_connect (signaller, "warning", G_CALLBACK (drop_reference_late), &signaller);
  g_signal_connect (signaller, "warning", G_CALLBACK (count_late), &count);
  gst_signaller_warning (signaller, "careful");
  g_assert_null (watched);
  g_assert_cmpuint (count, ==, 1);
}

static void
count_ice (GstSignaller *signaller, const gchar *session_id, guint sdp_m_line_index, const gchar *sdp_mid,
    const gchar *candidate, gint *count)
{
  g_atomic_int_inc (count);
}

static gpointer
emit_much (gpointer signaller)
{
  for (guint i = 0; i < 1000; i++)
    gst_signaller_handle_ice (signaller, "session", i, NULL, "candidate");
  return NULL;
}

static void
test_many_threads (void)
{
  g_autoptr (GstSignaller) signaller = g_object_new (TEST_TYPE_BARE, NULL);
  GThread *threads[4];
  gint count = 0;

  g_signal_connect (signaller, "handle-ice", G_CALLBACK (count_ice), &count);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("emitter", emit_much, signaller);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  g_assert_cmpint (count, ==, 4000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  test_log_guard_start ();
  test_watchdog_start ("signaller", 30);
  g_test_add_func ("/signaller/signals", test_signals);
  g_test_add_func ("/signaller/implemented", test_implemented);
  g_test_add_func ("/signaller/not-implemented", test_not_implemented);
  g_test_add_func ("/signaller/properties", test_properties);
  g_test_add_func ("/signaller/replaced/first-handler-wins", test_first_handler_wins);
  g_test_add_func ("/signaller/replaced/by-handlers", test_replaced_by_handlers);
  g_test_add_func ("/signaller/replaced/munge-returns-nothing", test_munge_handler_returns_nothing);
  g_test_add_func ("/signaller/replaced/error-falls-back", test_error_falls_back);
  g_test_add_func ("/signaller/events/session", test_session_events);
  g_test_add_func ("/signaller/events/action", test_action_signals);
  g_test_add_func ("/signaller/events/session-ended", test_session_ended_last_result);
  g_test_add_func ("/signaller/events/peer", test_peer_events);
  g_test_add_func ("/signaller/events/connection", test_connection_events);
  g_test_add_func ("/signaller/reentrant/stop", test_stop_from_handlers);
  g_test_add_func ("/signaller/reentrant/last-reference", test_last_reference_dropped);
  g_test_add_func ("/signaller/many-threads", test_many_threads);
  return g_test_run ();
}
