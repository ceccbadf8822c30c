/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/signalling/signalling.h>

#include "event-log.h"

G_BEGIN_DECLS

/* A GstWebSocketSignaller whose every signal and notification becomes a line of @log:
 *
 *   state NICK · client-id ID|none · meta (request-meta) · warning TEXT · error TEXT
 *   closed INITIATOR CLASS finished|unfinished CODE again|for-good REASON|-
 *   reconnecting ATTEMPT DELAY TEXT|-
 *   requested SESSION PEER offer|none · started SESSION PEER
 *   description SESSION offer|answer BYTES · ice SESSION LINE CANDIDATE
 *   ended SESSION · ended-with-error SESSION TEXT|-
 *   producer-added ID new|listed META · producer-removed ID META
 *
 * Nobody runs a main loop for it. */
typedef struct
{
  GstSignaller *signaller; /* NULL once dropped */
  EventLog *log;
  GstStructure *meta; /* the answer to request-meta, may be NULL */
} SignallerProbe;

/* On port @port of this machine; further properties are the test's business. */
SignallerProbe *signaller_probe_new (const gchar *name, guint port) G_GNUC_WARN_UNUSED_RESULT;
/* Stops the signaller, if it is still there; no event may come after that. */
void signaller_probe_free (SignallerProbe *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SignallerProbe, signaller_probe_free)

/* Gives up the reference to the signaller. When nobody has one any more, "gone" is the last line. */
void signaller_probe_drop (SignallerProbe *self);

/* Starts, and waits to be connected. */
void signaller_probe_connect (SignallerProbe *self);
gchar *signaller_probe_get_id (SignallerProbe *self) G_GNUC_WARN_UNUSED_RESULT;
GstSignallerConnectionState signaller_probe_get_state (SignallerProbe *self);
/* Sends a description made of one line of text that a test recognises. */
void signaller_probe_send_sdp (
    SignallerProbe *self, const gchar *session_id, GstWebRTCSDPType type, const gchar *session_name);

G_END_DECLS
