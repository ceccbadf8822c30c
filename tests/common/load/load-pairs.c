/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <tests/common/load/load-pairs.h>

#include <tests/common/load/load-clock.h>
#include <tests/common/load/load-text.h>
#include <gio/gio.h>
#include <string.h>

/* What finds our messages again in whatever form the server passes them on. */
#define MARK "load-mark:"
#define MARK_FORMAT MARK "%016" G_GINT64_MODIFIER "x%08x"

/* Room for everything but the filling. */
#define MIN_SIZE 256

static guint64
read_hex (const char *digits, guint n_digits)
{
  guint64 value = 0;

  for (guint i = 0; i < n_digits; i++)
    value = value << 4 | (guint64) g_ascii_xdigit_value (digits[i]);
  return value;
}

static void
take_relayed (LoadPair *pair, guint receiver, const char *mark, gsize length)
{
  LoadPairs *pairs = pair->pairs;
  gsize start = strlen (MARK);

  if (length < start + 24) {
    pairs->n_wrong++;
    return;
  }
  if (read_hex (mark + start + 16, 8) != pair->n_received[receiver])
    pairs->n_wrong++;
  pair->n_received[receiver]++;
  pairs->n_relayed++;
  if (pairs->relayed != NULL)
    pairs->relayed (pair, receiver, (gint64) read_hex (mark + start, 16), pairs->user_data);
}

static void
take_told (LoadPair *pair, const char *text, gsize length, guint side)
{
  if (side == LOAD_CONSUMER && !load_text_get_string (text, length, "sessionId", pair->session, sizeof pair->session)) {
    pair->pairs->n_errors++;
    return;
  }
  if (++pair->n_told < 2)
    return;
  pair->pairs->n_set_up++;
  if (pair->pairs->set_up != NULL)
    pair->pairs->set_up (pair, pair->pairs->user_data);
}

static void
on_message (LoadPeer *peer, const char *text, gsize length, gpointer user_data)
{
  LoadPairs *pairs = user_data;
  LoadPair *pair = peer->user_data;
  guint side = peer == pair->sides[LOAD_CONSUMER] ? LOAD_CONSUMER : LOAD_PRODUCER;
  const char *mark = memmem (text, length, MARK, strlen (MARK));
  char type[32];

  if (mark != NULL) {
    take_relayed (pair, side, mark, text + length - mark);
    return;
  }
  if (!load_text_get_string (text, length, "type", type, sizeof type))
    return;
  if (strcmp (type, side == LOAD_CONSUMER ? "sessionStarted" : "startSession") == 0) {
    take_told (pair, text, length, side);
  } else if (strcmp (type, "endSession") == 0) {
    pairs->n_set_up--;
    if (pairs->torn_down != NULL)
      pairs->torn_down (pair, pairs->user_data);
  } else if (strcmp (type, "error") == 0) {
    pairs->n_errors++;
  }
}

LoadPairs *
load_pairs_new (LoadLoop *loop, const LoadTarget *target, guint n_pairs, guint size)
{
  LoadPairs *pairs = g_new0 (LoadPairs, 1);

  pairs->crowd = load_crowd_new (loop, target, 2 * n_pairs);
  pairs->pairs = g_new0 (LoadPair, n_pairs);
  pairs->n_pairs = n_pairs;
  pairs->size = size;
  pairs->text = g_malloc (MAX (size, MIN_SIZE) + 1);
  for (guint i = 0; i < n_pairs; i++) {
    pairs->pairs[i].pairs = pairs;
    for (guint side = LOAD_PRODUCER; side <= LOAD_CONSUMER; side++) {
      pairs->pairs[i].sides[side] = &pairs->crowd->peers[2 * i + side];
      pairs->crowd->peers[2 * i + side].user_data = &pairs->pairs[i];
    }
  }
  load_crowd_set_handler (pairs->crowd, on_message, pairs);
  return pairs;
}

void
load_pairs_free (LoadPairs *pairs)
{
  load_crowd_free (pairs->crowd);
  g_free (pairs->text);
  g_free (pairs->pairs);
  g_free (pairs);
}

gboolean
load_pairs_connect (LoadPairs *pairs, guint concurrency, gint64 deadline, GError **error)
{
  if (!load_crowd_connect (pairs->crowd, concurrency, deadline, error))
    return FALSE;
  for (guint i = 0; i < pairs->n_pairs; i++)
    load_peer_send (pairs->pairs[i].sides[LOAD_PRODUCER],
        "{\"type\":\"setPeerStatus\",\"roles\":[\"producer\"],\"meta\":{\"name\":\"load\"}}");
  return load_crowd_settle (pairs->crowd, deadline, error);
}

void
load_pair_start_session (LoadPair *pair)
{
  pair->n_told = 0;
  pair->started = load_clock_now ();
  load_peer_printf (
      pair->sides[LOAD_CONSUMER], "{\"type\":\"startSession\",\"peerId\":\"%s\"}", pair->sides[LOAD_PRODUCER]->id);
}

void
load_pair_end_session (LoadPair *pair, guint side)
{
  load_peer_printf (pair->sides[side], "{\"type\":\"endSession\",\"sessionId\":\"%s\"}", pair->session);
}

/* One ICE message, filled up to the wanted size, that carries its number and @stamp. */
void
load_pair_relay (LoadPair *pair, guint sender, gint64 stamp)
{
  static const char filling[] = "candidate:842163049 1 udp 1677729535 192.0.2.7 46154 typ srflx raddr 198.51.100.9 "
                                "rport 46154 generation 0 ufrag EEtu network-id 3 network-cost 10 filling ";
  char *text = pair->pairs->text;
  gsize length = g_snprintf (text, MIN_SIZE,
      "{\"type\":\"peer\",\"sessionId\":\"%s\",\"ice\":{\"sdpMLineIndex\":0,\"candidate\":\"" MARK_FORMAT " ",
      pair->session, stamp, pair->n_sent[sender]);
  static const char tail[] = "\"}}";

  while (length + strlen (tail) < pair->pairs->size) {
    gsize room = pair->pairs->size - length - strlen (tail);
    gsize part = MIN (room, strlen (filling));

    memcpy (text + length, filling, part);
    length += part;
  }
  memcpy (text + length, tail, strlen (tail));
  length += strlen (tail);
  pair->n_sent[sender]++;
  if (pair->sides[sender]->connection != NULL)
    load_connection_send_text (pair->sides[sender]->connection, text, length);
}

static gboolean
all_set_up (gpointer user_data)
{
  LoadPairs *pairs = user_data;

  return pairs->n_set_up == pairs->n_pairs || pairs->crowd->n_unexpected > 0;
}

gboolean
load_pairs_set_up (LoadPairs *pairs, gint64 deadline, GError **error)
{
  gboolean in_time;

  for (guint i = 0; i < pairs->n_pairs; i++)
    load_pair_start_session (&pairs->pairs[i]);
  in_time = load_loop_run (pairs->crowd->loop, all_set_up, pairs, deadline);
  if (!load_crowd_check (pairs->crowd, error))
    return FALSE;
  if (!in_time)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT,
        "only %u of %u sessions were set up in time (%" G_GUINT64_FORMAT " errors)", pairs->n_set_up, pairs->n_pairs,
        pairs->n_errors);
  return in_time;
}

static guint64
count_sent (const LoadPairs *pairs)
{
  guint64 n_sent = 0;

  for (guint i = 0; i < pairs->n_pairs; i++)
    n_sent += pairs->pairs[i].n_sent[LOAD_PRODUCER] + pairs->pairs[i].n_sent[LOAD_CONSUMER];
  return n_sent;
}

static gboolean
all_arrived (gpointer user_data)
{
  LoadPairs *pairs = user_data;

  return pairs->n_relayed >= count_sent (pairs) || pairs->crowd->n_unexpected > 0;
}

/* Also says whether anything was lost, repeated or out of order so far. */
gboolean
load_pairs_drain (LoadPairs *pairs, gint64 deadline, GError **error)
{
  load_loop_run (pairs->crowd->loop, all_arrived, pairs, deadline);
  if (!load_crowd_check (pairs->crowd, error))
    return FALSE;
  if (pairs->n_relayed == count_sent (pairs) && pairs->n_wrong == 0 && pairs->n_errors == 0)
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED,
      "%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " messages arrived, %" G_GUINT64_FORMAT
      " of them out of order or damaged; %" G_GUINT64_FORMAT " errors told",
      pairs->n_relayed, count_sent (pairs), pairs->n_wrong, pairs->n_errors);
  return FALSE;
}
