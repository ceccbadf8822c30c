/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What reading and writing a message costs, in CPU time of this thread; json-glib's parser reads the same texts in
 * turns with it, so that both see the same state of the machine. Prints the best of many rounds. */

#include <gst/signalling/protocol/message.h>

#include <string.h>
#include <time.h>

#define N_ROUNDS 40
/* CPU time per round and contestant */
#define ROUND_NS 5000000

typedef struct
{
  const gchar *name;
  GstSignallingSender sender;
  GBytes *text;
} Sample;

typedef void (*Contestant) (const Sample *sample);

static guint64
cpu_time (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return (guint64) now.tv_sec * G_GUINT64_CONSTANT (1000000000) + (guint64) now.tv_nsec;
}

/* What a server does to pass a message on: read it, look whose it is, write it. */
static void
relay (const Sample *sample)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GstSignallingMessage) message = gst_signalling_message_parse (sample->text, sample->sender, &error);
  g_autoptr (GBytes) written = NULL;

  g_assert_no_error (error);
  (void) gst_signalling_message_get_message_type (message);
  (void) gst_signalling_message_get_session_id (message);
  written = gst_signalling_message_to_bytes (message);
}

/* What a client does: every string is made. */
static void
read_all (const Sample *sample)
{
  g_autoptr (GstSignallingMessage) message = gst_signalling_message_parse (sample->text, sample->sender, NULL);

  (void) gst_signalling_message_get_session_id (message);
  (void) gst_signalling_message_get_peer_id (message);
  (void) gst_signalling_message_get_sdp (message);
  (void) gst_signalling_message_get_candidate (message);
  (void) gst_signalling_message_get_meta (message);
}

/* Only reads, does not even look for a member. */
static void
json_glib (const Sample *sample)
{
  static JsonParser *parser;
  gsize length;
  const gchar *text = g_bytes_get_data (sample->text, &length);

  if (parser == NULL)
    parser = json_parser_new_immutable ();
  g_assert_true (json_parser_load_from_data (parser, text, (gssize) length, NULL));
}

static gdouble
nanoseconds_each (Contestant contestant, const Sample *sample)
{
  guint64 start = cpu_time ();
  guint64 elapsed;
  guint n = 0;

  do {
    for (guint i = 0; i < 16; i++)
      contestant (sample);
    n += 16;
    elapsed = cpu_time () - start;
  } while (elapsed < ROUND_NS);
  return (gdouble) elapsed / n;
}

static void
measure (const Sample *sample)
{
  static const Contestant contestants[] = { relay, read_all, json_glib };
  gdouble best[G_N_ELEMENTS (contestants)];

  for (guint round = 0; round < N_ROUNDS; round++) {
    for (guint i = 0; i < G_N_ELEMENTS (contestants); i++) {
      gdouble each = nanoseconds_each (contestants[i], sample);

      best[i] = round ? MIN (best[i], each) : each;
    }
  }
  g_print ("%-22s %8" G_GSIZE_FORMAT " %12.0f %12.0f %12.0f %8.1f\n", sample->name, g_bytes_get_size (sample->text),
      best[0], best[1], best[2], best[2] / best[0]);
}

static GBytes *
candidate (void)
{
  static const gchar text[] =
      "{\"type\":\"peer\",\"sessionId\":\"3f2a8c1e-9d47-4b06-a5e2-71c0f9d83b64\",\"ice\":{\"candidate\":"
      "\"candidate:2895720193 1 udp 2122260223 192.168.178.24 51347 typ host generation 0 ufrag Xk3v network-id 1 "
      "network-cost 10\",\"sdpMid\":\"video0\",\"sdpMLineIndex\":0,\"usernameFragment\":\"Xk3vQ9pLw2Zt7Rby\"}}";

  return g_bytes_new_static (text, strlen (text));
}

static GBytes *
description (gsize size)
{
  static const gchar line[] =
      "a=rtcp-fb:96 transport-cc\\r\\na=fmtp:96 profile-level-id=42e01f;packetization-mode=1\\r\\n";
  GString *text = g_string_new ("{\"type\":\"peer\",\"sessionId\":\"3f2a8c1e-9d47-4b06-a5e2-71c0f9d83b64\",\"sdp\":{"
                                "\"type\":\"offer\",\"sdp\":\"");

  while (text->len < size)
    g_string_append (text, line);
  return g_string_free_to_bytes (g_string_append (text, "\"}}"));
}

static GBytes *
status (void)
{
  static const gchar text[] =
      "{\"type\":\"setPeerStatus\",\"roles\":[\"listener\",\"producer\"],\"meta\":{\"name\":\"camera 17\",\"site\":"
      "{\"floor\":3,\"position\":[12.5,-7.25]},\"serial\":18446744073709551615,\"tags\":[\"indoor\",\"ptz\",null,true]}"
      "}";

  return g_bytes_new_static (text, strlen (text));
}

static GBytes *
list (guint n_peers)
{
  GstSignallingMessage *message = gst_signalling_message_new_producers ();
  GBytes *text;

  for (guint i = 0; i < n_peers; i++)
    gst_signalling_message_append_peer (message, "3f2a8c1e-9d47-4b06-a5e2-71c0f9d83b64", "{\"name\":\"camera\"}", NULL);
  text = gst_signalling_message_to_bytes (message);
  gst_signalling_message_unref (message);
  return text;
}

int
main (void)
{
  Sample samples[] = {
    { "candidate", GST_SIGNALLING_SENDER_CLIENT, candidate () },
    { "status", GST_SIGNALLING_SENDER_CLIENT, status () },
    { "description, 8 KiB", GST_SIGNALLING_SENDER_CLIENT, description (8 * 1024) },
    { "description, 300 KiB", GST_SIGNALLING_SENDER_CLIENT, description (300 * 1024) },
    { "list of 1000", GST_SIGNALLING_SENDER_SERVER, list (1000) },
  };

  g_print ("%-22s %8s %12s %12s %12s %8s\n", "ns of CPU per message", "bytes", "relay", "read", "json-glib", "factor");
  for (guint i = 0; i < G_N_ELEMENTS (samples); i++) {
    measure (&samples[i]);
    g_bytes_unref (samples[i].text);
  }
  return 0;
}
