/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <libsoup/soup.h>

#include <gst/signalling/signalling-error.h>
#include <gst/signalling/transport/context-thread-private.h>

G_BEGIN_DECLS

/* One attempt at an opening handshake (RFC 6455, 4.1): everything from the URI to the WebSocket, in one piece of time.
 * Belongs to the context thread. */
typedef struct _GstSignallingConnector GstSignallingConnector;

typedef struct
{
  gchar *uri;
  gchar *ca_file; /* NULL: the system's roots */
  gboolean insecure_tls;
  gchar **headers; /* name, value, name, value, … NULL */
  guint timeout_ms;
  guint stall_ms; /* the kernel gives up on unacknowledged data after that; 0: its own idea */
} GstSignallingConnectorSettings;

/* Exactly one of @connection and @error is set. @error is in GST_SIGNALLING_ERROR, a sentence for people; @may_retry
 * says whether the same attempt could work later. Not called after the connector was freed. */
typedef void (*GstSignallingConnectorFunc) (
    SoupWebsocketConnection *connection, const GError *error, gboolean may_retry, gpointer user_data);

GstSignallingConnector *
gst_signalling_connector_new (GstSignallingContextThread *thread, const GstSignallingConnectorSettings *settings,
    GstSignallingConnectorFunc func, gpointer user_data) G_GNUC_WARN_UNUSED_RESULT;
/* Cancels the attempt when it is still going on. */
void gst_signalling_connector_free (GstSignallingConnector *connector);

G_END_DECLS
