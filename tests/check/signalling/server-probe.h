/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/signalling/signalling.h>

#include "event-log.h"

G_BEGIN_DECLS

/* A GstSignallingServer on a free port of the loopback whose signals become lines of @log:
 *
 *   client-added ID ADDRESS
 *   client-removed ID INITIATOR CLASS finished|unfinished CODE REASON|-
 *   session-started SESSION PRODUCER CONSUMER
 *   session-ended SESSION PRODUCER CONSUMER WHY TEXT|-
 */
typedef struct
{
  GstSignallingServer *server; /* NULL once dropped */
  EventLog *log;
} ServerProbe;

/* Not started */
ServerProbe *server_probe_new (void) G_GNUC_WARN_UNUSED_RESULT;
/* Started */
ServerProbe *server_probe_run (void) G_GNUC_WARN_UNUSED_RESULT;
void server_probe_start (ServerProbe *self);
/* Stops the server, if it is still there; no event may come after that. */
void server_probe_free (ServerProbe *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ServerProbe, server_probe_free)
guint server_probe_get_port (ServerProbe *self);

G_END_DECLS
