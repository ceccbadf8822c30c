/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <tests/check/load/swarm.h>

typedef struct
{
  Swarm *swarm;
  LoadConnection **place;
} Member;

static void
on_opened (LoadConnection *connection, gpointer user_data)
{
  ((Member *) user_data)->swarm->n_opened++;
}

static void
on_message (LoadConnection *connection, const char *text, gsize length, gpointer user_data)
{
  ((Member *) user_data)->swarm->n_welcomed++;
}

static void
on_ended (LoadConnection *connection, const LoadEnd *end, gpointer user_data)
{
  Member *member = user_data;

  member->swarm->n_ended++;
  if (end->http_status >= 400)
    member->swarm->n_answered++;
  *member->place = NULL;
  load_connection_free (connection);
  g_free (member);
}

static const LoadConnectionHandlers swarm_handlers = { .opened = on_opened, .message = on_message, .ended = on_ended };

static const LoadStop stops[] = { LOAD_STOP_AT_TCP, LOAD_STOP_AT_REQUEST, LOAD_STOP_AT_OPEN };

Swarm *
swarm_new (LoadLoop *loop, const LoadTarget *target, guint n_members, LoadStop stop)
{
  Swarm *swarm = g_new0 (Swarm, 1);

  swarm->loop = loop;
  swarm->members = g_new0 (LoadConnection *, n_members);
  swarm->n_members = n_members;
  for (guint i = 0; i < n_members; i++) {
    g_autoptr (GError) error = NULL;
    Member *member = g_new (Member, 1);

    member->swarm = swarm;
    member->place = &swarm->members[i];
    swarm->members[i] = load_connection_new (
        loop, target, i, stop == LOAD_STOP_MIXED ? stops[i % 3] : stop, &swarm_handlers, member, &error);
    g_assert_no_error (error);
  }
  return swarm;
}

void
swarm_abort (Swarm *swarm)
{
  for (guint i = 0; i < swarm->n_members; i++) {
    if (swarm->members[i])
      load_connection_abort (swarm->members[i]);
  }
}

gboolean
swarm_has_ended (gpointer swarm)
{
  return ((Swarm *) swarm)->n_ended == ((Swarm *) swarm)->n_members;
}

void
swarm_free (Swarm *swarm)
{
  swarm_abort (swarm);
  g_free (swarm->members);
  g_free (swarm);
}
