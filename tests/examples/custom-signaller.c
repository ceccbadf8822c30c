/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A signaller of one's own in C: two halves in one process, which hand each other what an element gives them. No
 * server, no network: what one needs to connect a sending and a receiving element of one program, in tests say.
 *
 *   build/tests/examples/custom-signaller
 *
 * In place of the elements there are two small users here that print what they hear:
 *
 *   consumer: session 1 has started
 *   producer: "viewer" wants a session
 *   consumer: an offer has come
 *   …
 *
 * Requests come from any thread. So a half keeps no state that a request would change: each request becomes a
 * message, and messages are delivered by the main loop, one after the other. */

#include <stdlib.h>

#include <gst/signalling/signalling.h>

#define SESSION "1"

/* The half */

#define EXAMPLE_TYPE_HALF (example_half_get_type ())
G_DECLARE_FINAL_TYPE (ExampleHalf, example_half, EXAMPLE, HALF, GObject)

struct _ExampleHalf
{
  GObject parent;
  const gchar *name;
  gboolean consumes;
  GWeakRef other;
};

/* What one half has for another (or for itself). */
typedef struct
{
  GstSignaller *to;
  void (*deliver) (GstSignaller *to, gpointer message);
  const gchar *peer_name;
  GstWebRTCSessionDescription *description;
  gchar *text; /* candidate or error */
  guint sdp_m_line_index;
  gchar *sdp_mid;
} Message;

static void
message_free (gpointer data)
{
  Message *message = data;

  g_object_unref (message->to);
  g_clear_pointer (&message->description, gst_webrtc_session_description_free);
  g_free (message->text);
  g_free (message->sdp_mid);
  g_free (message);
}

static gboolean
message_deliver (gpointer data)
{
  Message *message = data;

  message->deliver (message->to, message);
  return G_SOURCE_REMOVE;
}

/* FALSE when there is nobody any more. Takes over what @content points to. */
static gboolean
post (GstSignaller *to, void (*deliver) (GstSignaller *to, gpointer message), Message content)
{
  Message *message = g_new (Message, 1);

  *message = content;
  message->to = to;
  message->deliver = deliver;
  g_idle_add_full (G_PRIORITY_DEFAULT, message_deliver, message, message_free);
  return TRUE;
}

static GstSignaller *
get_other (GstSignaller *signaller)
{
  return g_weak_ref_get (&EXAMPLE_HALF (signaller)->other);
}

static void
deliver_request (GstSignaller *to, gpointer message)
{
  gst_signaller_session_requested (to, SESSION, ((Message *) message)->peer_name, NULL);
}

static void
deliver_started (GstSignaller *to, gpointer message)
{
  gst_signaller_session_started (to, SESSION, ((Message *) message)->peer_name);
}

static void
deliver_description (GstSignaller *to, gpointer message)
{
  gst_signaller_session_description (to, SESSION, ((Message *) message)->description);
}

static void
deliver_ice (GstSignaller *to, gpointer data)
{
  Message *message = data;

  gst_signaller_handle_ice (to, SESSION, message->sdp_m_line_index, message->sdp_mid, message->text);
}

static void
deliver_end (GstSignaller *to, gpointer message)
{
  (void) gst_signaller_session_ended_with_error (to, SESSION, ((Message *) message)->text);
}

/* The consumer's half asks for the session as soon as it is started. */
static gboolean
example_half_start (GstSignaller *signaller)
{
  ExampleHalf *self = EXAMPLE_HALF (signaller);
  GstSignaller *other = get_other (signaller);

  if (other == NULL)
    return FALSE;
  if (!self->consumes) {
    g_object_unref (other);
    return TRUE;
  }
  return post (g_object_ref (signaller), deliver_started, (Message){ .peer_name = EXAMPLE_HALF (other)->name }) &&
         post (other, deliver_request, (Message){ .peer_name = self->name });
}

static gboolean
example_half_stop (GstSignaller *signaller)
{
  return TRUE;
}

static gboolean
example_half_send_session_description (
    GstSignaller *signaller, const gchar *session_id, GstWebRTCSessionDescription *description)
{
  GstSignaller *other = get_other (signaller);

  return other && post (other, deliver_description,
                      (Message){ .description = gst_webrtc_session_description_copy (description) });
}

static gboolean
example_half_send_ice (GstSignaller *signaller, const gchar *session_id, const gchar *candidate, guint sdp_m_line_index,
    const gchar *sdp_mid)
{
  GstSignaller *other = get_other (signaller);

  return other &&
         post (other, deliver_ice,
             (Message){
                 .text = g_strdup (candidate), .sdp_m_line_index = sdp_m_line_index, .sdp_mid = g_strdup (sdp_mid) });
}

/* end_session_with_error is all there is to implement, if end_session calls it. */
static gboolean
example_half_end_session_with_error (GstSignaller *signaller, const gchar *session_id, const gchar *error)
{
  GstSignaller *other = get_other (signaller);

  return other && post (other, deliver_end, (Message){ .text = g_strdup (error) });
}

static gboolean
example_half_end_session (GstSignaller *signaller, const gchar *session_id)
{
  return example_half_end_session_with_error (signaller, session_id, NULL);
}

static void
example_half_signaller_init (GstSignallerInterface *iface)
{
  iface->start = example_half_start;
  iface->stop = example_half_stop;
  iface->send_session_description = example_half_send_session_description;
  iface->send_ice = example_half_send_ice;
  iface->end_session = example_half_end_session;
  iface->end_session_with_error = example_half_end_session_with_error;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (
    ExampleHalf, example_half, G_TYPE_OBJECT, G_IMPLEMENT_INTERFACE (GST_TYPE_SIGNALLER, example_half_signaller_init))

/* manual-sdp-munging, the one property every signaller has to have */
static void
example_half_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  g_value_set_boolean (value, FALSE);
}

static void
example_half_finalize (GObject *object)
{
  g_weak_ref_clear (&EXAMPLE_HALF (object)->other);
  G_OBJECT_CLASS (example_half_parent_class)->finalize (object);
}

static void
example_half_class_init (ExampleHalfClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = example_half_get_property;
  object_class->finalize = example_half_finalize;
  g_object_class_override_property (object_class, 1, "manual-sdp-munging");
}

static void
example_half_init (ExampleHalf *self)
{
  g_weak_ref_init (&self->other, NULL);
}

static void
example_halves_new (GstSignaller **producer, GstSignaller **consumer)
{
  ExampleHalf *sending = g_object_new (EXAMPLE_TYPE_HALF, NULL);
  ExampleHalf *receiving = g_object_new (EXAMPLE_TYPE_HALF, NULL);

  sending->name = "camera";
  receiving->name = "viewer";
  receiving->consumes = TRUE;
  g_weak_ref_set (&sending->other, receiving);
  g_weak_ref_set (&receiving->other, sending);
  *producer = GST_SIGNALLER (sending);
  *consumer = GST_SIGNALLER (receiving);
}

/* The users of the two halves, in place of elements */

static GstWebRTCSessionDescription *
make_description (GstWebRTCSDPType type)
{
  GstSDPMessage *sdp;

  gst_sdp_message_new (&sdp);
  gst_sdp_message_set_version (sdp, "0");
  gst_sdp_message_set_session_name (sdp, "example");
  return gst_webrtc_session_description_new (type, sdp);
}

static void
on_session_requested (
    GstSignaller *producer, const gchar *session_id, const gchar *peer_id, GstWebRTCSessionDescription *offer)
{
  g_autoptr (GstWebRTCSessionDescription) ours = make_description (GST_WEBRTC_SDP_TYPE_OFFER);

  g_print ("producer: \"%s\" wants a session\n", peer_id);
  gst_signaller_send_session_description (producer, session_id, ours);
}

static void
on_answer (GstSignaller *producer, const gchar *session_id, GstWebRTCSessionDescription *answer)
{
  g_print ("producer: an %s has come\n", gst_webrtc_sdp_type_to_string (answer->type));
  gst_signaller_send_ice (producer, session_id, "candidate:1 1 UDP 1 127.0.0.1 9 typ host", 0, NULL);
}

static void
on_session_started (GstSignaller *consumer, const gchar *session_id, const gchar *peer_id)
{
  g_print ("consumer: session %s has started\n", session_id);
}

static void
on_offer (GstSignaller *consumer, const gchar *session_id, GstWebRTCSessionDescription *offer)
{
  g_autoptr (GstWebRTCSessionDescription) ours = make_description (GST_WEBRTC_SDP_TYPE_ANSWER);

  g_print ("consumer: an %s has come\n", gst_webrtc_sdp_type_to_string (offer->type));
  gst_signaller_send_session_description (consumer, session_id, ours);
}

static void
on_candidate (GstSignaller *consumer, const gchar *session_id, guint sdp_m_line_index, const gchar *sdp_mid,
    const gchar *candidate)
{
  g_print ("consumer: \"%s\" has come\n", candidate);
  gst_signaller_end_session_with_error (consumer, session_id, "the example is over");
}

static gboolean
on_session_ended (GstSignaller *producer, const gchar *session_id, const gchar *error, GMainLoop *loop)
{
  g_print ("producer: session %s has ended: %s\n", session_id, error);
  g_main_loop_quit (loop);
  return FALSE;
}

static gboolean
on_nothing_happens (gpointer unused)
{
  g_printerr ("the session has not ended after 10 seconds\n");
  exit (1);
}

int
main (int argc, char **argv)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GstSignaller) producer = NULL;
  g_autoptr (GstSignaller) consumer = NULL;

  gst_init (&argc, &argv);
  example_halves_new (&producer, &consumer);
  g_signal_connect (producer, "session-requested", G_CALLBACK (on_session_requested), NULL);
  g_signal_connect (producer, "session-description", G_CALLBACK (on_answer), NULL);
  g_signal_connect (producer, "session-ended-with-error", G_CALLBACK (on_session_ended), loop);
  g_signal_connect (consumer, "session-started", G_CALLBACK (on_session_started), NULL);
  g_signal_connect (consumer, "session-description", G_CALLBACK (on_offer), NULL);
  g_signal_connect (consumer, "handle-ice", G_CALLBACK (on_candidate), NULL);

  if (!gst_signaller_start (producer) || !gst_signaller_start (consumer))
    return 1;
  g_timeout_add_seconds (10, on_nothing_happens, NULL);
  g_main_loop_run (loop);
  gst_signaller_stop (consumer);
  gst_signaller_stop (producer);
  return 0;
}
