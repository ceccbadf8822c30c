/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <tests/common/load/load-connection.h>

G_BEGIN_DECLS

/* Connections that behave badly, one way each. */
typedef struct
{
  LoadLoop *loop;
  LoadConnection **members; /* NULL where the connection has ended */
  guint n_members;
  guint n_opened;
  guint n_welcomed; /* that were sent something */
  guint n_ended;
  guint n_answered; /* that were refused by an HTTP status */
} Swarm;

/* @stop is how far they go: a third each for LOAD_STOP_MIXED. */
#define LOAD_STOP_MIXED ((LoadStop) -1)

Swarm *swarm_new (LoadLoop *loop, const LoadTarget *target, guint n_members, LoadStop stop) G_GNUC_WARN_UNUSED_RESULT;
void swarm_free (Swarm *swarm);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Swarm, swarm_free)

/* Every member that is left resets its connection. */
void swarm_abort (Swarm *swarm);
gboolean swarm_has_ended (gpointer swarm);

G_END_DECLS
