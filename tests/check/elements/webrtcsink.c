/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>
#include <gst/signalling/signalling.h>
#include <gst/webrtc/webrtc.h>

/* webrtcsink with its embedded server, and a consumer made of a signaller and a webrtcbin: sockets, DTLS and decoders
 * are real, only the process is the same. */

#define WAIT (20 * G_TIME_SPAN_SECOND)

/* -- a consumer --------------------------------------------------------------------------------------------------- */

typedef struct
{
  GstSignaller *signaller;
  GstElement *pipeline;
  GstElement *webrtcbin;
  gchar *session_id; /* set before anything that needs it */

  GMutex lock;
  GCond cond;
  guint n_frames; /* decoded */
  gint width;
  gboolean ended;
} Consumer;

static GstPadProbeReturn
on_decoded (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Consumer *consumer = user_data;
  GstCaps *caps = gst_pad_get_current_caps (pad);

  g_mutex_lock (&consumer->lock);
  consumer->n_frames++;
  gst_structure_get_int (gst_caps_get_structure (caps, 0), "width", &consumer->width);
  g_cond_signal (&consumer->cond);
  g_mutex_unlock (&consumer->lock);
  gst_caps_unref (caps);
  return GST_PAD_PROBE_OK;
}

static void
on_raw_pad (GstElement *decodebin, GstPad *pad, Consumer *consumer)
{
  GstElement *sink = gst_element_factory_make ("fakesink", NULL);
  GstPad *sink_pad = gst_element_get_static_pad (sink, "sink");

  g_object_set (sink, "async", FALSE, "sync", FALSE, NULL);
  gst_bin_add (GST_BIN (consumer->pipeline), sink);
  gst_pad_add_probe (sink_pad, GST_PAD_PROBE_TYPE_BUFFER, on_decoded, consumer, NULL);
  gst_element_sync_state_with_parent (sink);
  gst_pad_link (pad, sink_pad);
  gst_object_unref (sink_pad);
}

static void
on_stream (GstElement *webrtcbin, GstPad *pad, Consumer *consumer)
{
  GstElement *decodebin;
  GstPad *sink_pad;

  if (GST_PAD_DIRECTION (pad) != GST_PAD_SRC)
    return;
  decodebin = gst_element_factory_make ("decodebin", NULL);
  g_signal_connect (decodebin, "pad-added", G_CALLBACK (on_raw_pad), consumer);
  gst_bin_add (GST_BIN (consumer->pipeline), decodebin);
  gst_element_sync_state_with_parent (decodebin);
  sink_pad = gst_element_get_static_pad (decodebin, "sink");
  gst_pad_link (pad, sink_pad);
  gst_object_unref (sink_pad);
}

static void
on_answer (GstPromise *promise, gpointer user_data)
{
  Consumer *consumer = user_data;
  GstWebRTCSessionDescription *answer = NULL;

  gst_structure_get (gst_promise_get_reply (promise), "answer", GST_TYPE_WEBRTC_SESSION_DESCRIPTION, &answer, NULL);
  gst_promise_unref (promise);
  g_signal_emit_by_name (consumer->webrtcbin, "set-local-description", answer, NULL);
  gst_signaller_send_session_description (consumer->signaller, consumer->session_id, answer);
  gst_webrtc_session_description_free (answer);
}

static void
on_offer (GstSignaller *signaller, const gchar *session_id, GstWebRTCSessionDescription *offer, Consumer *consumer)
{
  g_signal_emit_by_name (consumer->webrtcbin, "set-remote-description", offer, NULL);
  g_signal_emit_by_name (
      consumer->webrtcbin, "create-answer", NULL, gst_promise_new_with_change_func (on_answer, consumer, NULL));
}

static void
on_session_started (GstSignaller *signaller, const gchar *session_id, const gchar *peer_id, Consumer *consumer)
{
  g_free (consumer->session_id);
  consumer->session_id = g_strdup (session_id);
}

static void
on_remote_ice (GstSignaller *signaller, const gchar *session_id, guint m_line, const gchar *mid, const gchar *candidate,
    Consumer *consumer)
{
  g_signal_emit_by_name (consumer->webrtcbin, "add-ice-candidate", m_line, candidate);
}

static void
on_local_ice (GstElement *webrtcbin, guint m_line, const gchar *candidate, Consumer *consumer)
{
  gst_signaller_send_ice (consumer->signaller, consumer->session_id, candidate, m_line, NULL);
}

static gboolean
on_ended (GstSignaller *signaller, const gchar *session_id, Consumer *consumer)
{
  g_mutex_lock (&consumer->lock);
  consumer->ended = TRUE;
  g_cond_signal (&consumer->cond);
  g_mutex_unlock (&consumer->lock);
  return TRUE;
}

static Consumer *
consumer_new (guint port)
{
  Consumer *consumer = g_new0 (Consumer, 1);
  gchar *uri = g_strdup_printf ("ws://127.0.0.1:%u", port);

  g_mutex_init (&consumer->lock);
  g_cond_init (&consumer->cond);
  consumer->pipeline = gst_pipeline_new (NULL);
  consumer->webrtcbin = gst_element_factory_make ("webrtcbin", NULL);
  g_object_set (consumer->webrtcbin, "bundle-policy", GST_WEBRTC_BUNDLE_POLICY_MAX_BUNDLE, NULL);
  gst_bin_add (GST_BIN (consumer->pipeline), consumer->webrtcbin);
  g_signal_connect (consumer->webrtcbin, "pad-added", G_CALLBACK (on_stream), consumer);
  g_signal_connect (consumer->webrtcbin, "on-ice-candidate", G_CALLBACK (on_local_ice), consumer);
  gst_element_set_state (consumer->pipeline, GST_STATE_PLAYING);
  consumer->signaller = GST_SIGNALLER (gst_web_socket_signaller_new ());
  g_object_set (consumer->signaller, "uri", uri, "connect-to-first-producer", TRUE, NULL);
  g_signal_connect (consumer->signaller, "session-started", G_CALLBACK (on_session_started), consumer);
  g_signal_connect (consumer->signaller, "session-description", G_CALLBACK (on_offer), consumer);
  g_signal_connect (consumer->signaller, "handle-ice", G_CALLBACK (on_remote_ice), consumer);
  g_signal_connect (consumer->signaller, "session-ended", G_CALLBACK (on_ended), consumer);
  gst_signaller_start (consumer->signaller);
  g_free (uri);
  return consumer;
}

static gboolean
consumer_wait_frames (Consumer *consumer, guint n)
{
  gint64 until = g_get_monotonic_time () + WAIT;
  gboolean reached;

  g_mutex_lock (&consumer->lock);
  while (consumer->n_frames < n && g_cond_wait_until (&consumer->cond, &consumer->lock, until))
    ;
  reached = consumer->n_frames >= n;
  g_mutex_unlock (&consumer->lock);
  return reached;
}

static gboolean
consumer_wait_ended (Consumer *consumer)
{
  gint64 until = g_get_monotonic_time () + WAIT;
  gboolean ended;

  g_mutex_lock (&consumer->lock);
  while (!consumer->ended && g_cond_wait_until (&consumer->cond, &consumer->lock, until))
    ;
  ended = consumer->ended;
  g_mutex_unlock (&consumer->lock);
  return ended;
}

static void
consumer_free (Consumer *consumer)
{
  gst_signaller_stop (consumer->signaller);
  gst_element_set_state (consumer->pipeline, GST_STATE_NULL);
  gst_object_unref (consumer->pipeline); /* and with it the thread that promises are kept on */
  g_object_unref (consumer->signaller);
  g_free (consumer->session_id);
  g_mutex_clear (&consumer->lock);
  g_cond_clear (&consumer->cond);
  g_free (consumer);
}

/* -- the sender --------------------------------------------------------------------------------------------------- */

static guint
page_port (GstElement *pipeline)
{
  GstBus *bus = gst_element_get_bus (pipeline);
  guint port = 0;

  while (port == 0) {
    GstMessage *message = gst_bus_timed_pop_filtered (bus, WAIT * 1000, GST_MESSAGE_ELEMENT | GST_MESSAGE_ERROR);

    fail_unless (message && GST_MESSAGE_TYPE (message) == GST_MESSAGE_ELEMENT);
    if (gst_message_has_name (message, "webrtcsink-page"))
      port = g_ascii_strtoull (
          strrchr (gst_structure_get_string (gst_message_get_structure (message), "uri"), ':') + 1, NULL, 10);
    gst_message_unref (message);
  }
  gst_object_unref (bus);
  return port;
}

static GstElement *
launch (const gchar *source, guint *port)
{
  gchar *line =
      g_strdup_printf ("%s ! webrtcsink name=sink run-signalling-server=true signalling-server-host=127.0.0.1 "
                       "signalling-server-port=0 stun-server=NULL",
          source);
  GError *error = NULL;
  GstElement *pipeline = gst_parse_launch (line, &error);

  g_assert_no_error (error);
  fail_unless (gst_element_set_state (pipeline, GST_STATE_PLAYING) != GST_STATE_CHANGE_FAILURE);
  *port = page_port (pipeline);
  g_free (line);
  return pipeline;
}

static void
assert_no_error (GstElement *pipeline)
{
  GstBus *bus = gst_element_get_bus (pipeline);
  GstMessage *message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);

  fail_if (message != NULL, "an ERROR was posted");
  gst_object_unref (bus);
}

static void
stop (GstElement *pipeline)
{
  assert_no_error (pipeline);
  fail_unless_equals_int (gst_element_set_state (pipeline, GST_STATE_NULL), GST_STATE_CHANGE_SUCCESS);
  gst_object_unref (pipeline);
}

static void
watch (const gchar *source, gint width)
{
  guint port;
  GstElement *pipeline = launch (source, &port);
  Consumer *consumer = consumer_new (port);

  fail_unless (consumer_wait_frames (consumer, 15), "got %u frames of %s", consumer->n_frames, source);
  if (width > 0)
    fail_unless_equals_int (consumer->width, width);
  consumer_free (consumer);
  stop (pipeline);
}

#define VIDEO "videotestsrc is-live=true ! video/x-raw,width=320,height=240,framerate=30/1"

GST_START_TEST (test_raw_video)
{
  watch (VIDEO, 320);
}

GST_END_TEST;

GST_START_TEST (test_raw_audio)
{
  watch ("audiotestsrc is-live=true", 0);
}

GST_END_TEST;

/* The same path with no encoder in it. */
GST_START_TEST (test_encoded_video)
{
  watch (VIDEO " ! vp8enc deadline=1 keyframe-max-dist=10", 320);
}

GST_END_TEST;

static gboolean
count_encoder (GstElement *sink, const gchar *id, const gchar *stream, GstElement *encoder, gpointer counter)
{
  g_atomic_int_inc ((gint *) counter);
  return FALSE;
}

GST_START_TEST (test_encodes_once_for_all)
{
  guint port;
  gint n_encoders = 0;
  GstElement *pipeline = launch (VIDEO, &port);
  GstElement *sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  Consumer *consumers[4];
  gchar **sessions = NULL;

  g_signal_connect (sink, "encoder-setup", G_CALLBACK (count_encoder), &n_encoders);
  for (guint i = 0; i < G_N_ELEMENTS (consumers); i++)
    consumers[i] = consumer_new (port);
  for (guint i = 0; i < G_N_ELEMENTS (consumers); i++)
    fail_unless (consumer_wait_frames (consumers[i], 10), "consumer %u got %u frames", i, consumers[i]->n_frames);
  fail_unless_equals_int (g_atomic_int_get (&n_encoders), 1);
  g_signal_emit_by_name (sink, "get-sessions", &sessions);
  fail_unless_equals_int (g_strv_length (sessions), G_N_ELEMENTS (consumers));
  g_strfreev (sessions);
  for (guint i = 0; i < G_N_ELEMENTS (consumers); i++)
    consumer_free (consumers[i]);
  gst_object_unref (sink);
  stop (pipeline);
}

GST_END_TEST;

GST_START_TEST (test_consumer_hears_the_end)
{
  guint port;
  GstElement *pipeline = launch (VIDEO, &port);
  Consumer *consumer = consumer_new (port);

  fail_unless (consumer_wait_frames (consumer, 5));
  stop (pipeline);
  fail_unless (consumer_wait_ended (consumer));
  consumer_free (consumer);
}

GST_END_TEST;

/* One consumer's garbage ends its session, and nobody else's. */
GST_START_TEST (test_bad_answer_touches_nobody_else)
{
  guint port;
  GstElement *pipeline = launch (VIDEO, &port);
  Consumer *good = consumer_new (port);
  Consumer *bad = consumer_new (port);
  GstSDPMessage *sdp;
  GstWebRTCSessionDescription *answer;
  guint before;

  fail_unless (consumer_wait_frames (good, 5));
  fail_unless (consumer_wait_frames (bad, 1));
  gst_signaller_end_session (bad->signaller, bad->session_id);
  gst_sdp_message_new (&sdp);
  answer = gst_webrtc_session_description_new (GST_WEBRTC_SDP_TYPE_ANSWER, sdp);
  gst_signaller_send_session_description (bad->signaller, good->session_id, answer);
  gst_webrtc_session_description_free (answer);
  g_mutex_lock (&good->lock);
  before = good->n_frames;
  g_mutex_unlock (&good->lock);
  fail_unless (consumer_wait_frames (good, before + 15));
  consumer_free (bad);
  consumer_free (good);
  stop (pipeline);
}

GST_END_TEST;

GST_START_TEST (test_stop_and_start_again)
{
  guint port;
  GstElement *pipeline = launch (VIDEO, &port);

  for (guint i = 0; i < 3; i++) {
    Consumer *consumer = consumer_new (port);

    fail_unless (consumer_wait_frames (consumer, 5));
    consumer_free (consumer);
    fail_unless_equals_int (gst_element_set_state (pipeline, GST_STATE_READY), GST_STATE_CHANGE_SUCCESS);
    fail_unless (gst_element_set_state (pipeline, GST_STATE_PLAYING) != GST_STATE_CHANGE_FAILURE);
    port = page_port (pipeline);
  }
  stop (pipeline);
}

GST_END_TEST;

/* -- the bus ------------------------------------------------------------------------------------------------------ */

static GError *
wait_error (GstElement *pipeline)
{
  GstBus *bus = gst_element_get_bus (pipeline);
  GstMessage *message = gst_bus_timed_pop_filtered (bus, WAIT * 1000, GST_MESSAGE_ERROR);
  GError *error = NULL;

  fail_unless (message != NULL, "no ERROR was posted");
  gst_message_parse_error (message, &error, NULL);
  gst_message_unref (message);
  fail_if (gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR) != NULL, "there was a second ERROR");
  gst_object_unref (bus);
  return error;
}

GST_START_TEST (test_port_in_use)
{
  GstSignallingServer *server = gst_signalling_server_new ();
  GstElement *pipeline;
  GstElement *sink;
  GError *error = NULL;

  g_object_set (server, "host", "127.0.0.1", "port", 0, NULL);
  fail_unless (gst_signalling_server_start (server, NULL));
  pipeline = gst_parse_launch (VIDEO " ! webrtcsink name=sink run-signalling-server=true", NULL);
  sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  g_object_set (sink, "signalling-server-host", "127.0.0.1", "signalling-server-port",
      gst_signalling_server_get_port (server), NULL);
  fail_unless_equals_int (gst_element_set_state (pipeline, GST_STATE_PLAYING), GST_STATE_CHANGE_FAILURE);
  error = wait_error (pipeline);
  fail_unless (g_error_matches (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_BUSY), "%s", error->message);
  g_error_free (error);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (sink);
  gst_object_unref (pipeline);
  g_object_unref (server);
}

GST_END_TEST;

static GstElement *
launch_elsewhere (guint port)
{
  gchar *line = g_strdup_printf (VIDEO " ! webrtcsink stun-server=NULL signaller::uri=ws://127.0.0.1:%u", port);
  GstElement *pipeline = gst_parse_launch (line, NULL);

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  g_free (line);
  return pipeline;
}

GST_START_TEST (test_nobody_listens)
{
  GstSignallingServer *server = gst_signalling_server_new ();
  GstElement *pipeline;
  GError *error;
  guint port;

  g_object_set (server, "host", "127.0.0.1", "port", 0, NULL);
  fail_unless (gst_signalling_server_start (server, NULL));
  port = gst_signalling_server_get_port (server);
  gst_signalling_server_stop (server);
  pipeline = launch_elsewhere (port);
  error = wait_error (pipeline);
  fail_unless (g_error_matches (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_READ_WRITE), "%s", error->message);
  g_error_free (error);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
  g_object_unref (server);
}

GST_END_TEST;

static void
on_client (GstSignallingServer *server, const gchar *id, const gchar *address, gpointer user_data)
{
  g_atomic_int_set ((gint *) user_data, 1);
  g_main_context_wakeup (NULL);
}

/* The mission's sentence: a server that goes away politely is no ERROR. */
GST_START_TEST (test_clean_close_is_no_error)
{
  GstSignallingServer *server = gst_signalling_server_new ();
  GstElement *pipeline;
  GstBus *bus;
  GstMessage *message = NULL;
  gboolean found = FALSE;
  gint connected = 0;

  g_object_set (server, "host", "127.0.0.1", "port", 0, NULL);
  g_signal_connect (server, "client-added", G_CALLBACK (on_client), &connected);
  fail_unless (gst_signalling_server_start (server, NULL));
  pipeline = launch_elsewhere (gst_signalling_server_get_port (server));
  while (!g_atomic_int_get (&connected))
    g_main_context_iteration (NULL, TRUE);
  gst_signalling_server_stop (server);
  bus = gst_element_get_bus (pipeline);
  while (!found) {
    message = gst_bus_timed_pop_filtered (bus, WAIT * 1000, GST_MESSAGE_ELEMENT | GST_MESSAGE_ERROR);
    fail_unless (message && GST_MESSAGE_TYPE (message) == GST_MESSAGE_ELEMENT);
    found = gst_message_has_name (message, "signalling-closed");
    if (found)
      fail_unless_equals_string (gst_structure_get_string (gst_message_get_structure (message), "class"), "clean");
    gst_message_unref (message);
  }
  gst_object_unref (bus);
  stop (pipeline);
  g_object_unref (server);
}

GST_END_TEST;

static Suite *
webrtcsink_suite (void)
{
  Suite *suite = suite_create ("webrtcsink");
  TCase *media = tcase_create ("media");
  TCase *bus = tcase_create ("bus");

  suite_add_tcase (suite, media);
  tcase_set_timeout (media, 60);
  tcase_add_test (media, test_raw_video);
  tcase_add_test (media, test_raw_audio);
  tcase_add_test (media, test_encoded_video);
  tcase_add_test (media, test_encodes_once_for_all);
  tcase_add_test (media, test_consumer_hears_the_end);
  tcase_add_test (media, test_bad_answer_touches_nobody_else);
  tcase_add_test (media, test_stop_and_start_again);
  suite_add_tcase (suite, bus);
  tcase_add_test (bus, test_port_in_use);
  tcase_add_test (bus, test_nobody_listens);
  tcase_add_test (bus, test_clean_close_is_no_error);
  return suite;
}

GST_CHECK_MAIN (webrtcsink);
