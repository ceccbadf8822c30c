/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/signalling/transport/buffered-stream-private.h>
#include <gst/signalling/transport/context-thread-private.h>

G_BEGIN_DECLS

/* From an accepted TCP connection to a WebSocket: TLS handshake, HTTP request and answer, limits, and the deadline
 * for all of it. Every connection of the server is known here until its socket is closed. Everything on the context
 * thread. */
typedef struct _GstSignallingEntrance GstSignallingEntrance;

typedef struct
{
  guint max_connections;             /* 0: no limit */
  guint max_connections_per_address; /* 0: no limit */
  guint handshake_ms;                /* from accept to the end of the upgrade */
  guint stall_ms;                    /* the kernel gives up on unacknowledged data after that */
  guint drain_ms;                    /* closing: to write the rest */
  guint linger_ms;                   /* closing: to wait for the other side's FIN */
} GstSignallingEntranceLimits;

typedef struct
{
  /* The opening handshake is done; what follows on @stream are WebSocket frames. @address: who it is, for logs. */
  void (*upgraded) (GstSignallingBufferedStream *stream, GUri *uri, const gchar *address, gpointer user_data);
  /* The last connection is gone, after gst_signalling_entrance_close(). */
  void (*empty) (gpointer user_data);
} GstSignallingEntranceCallbacks;

/* @certificate: (nullable): then every connection speaks TLS */
GstSignallingEntrance *gst_signalling_entrance_new (GstSignallingContextThread *thread, GTlsCertificate *certificate,
    const GstSignallingEntranceLimits *limits, const GstSignallingEntranceCallbacks *callbacks, gpointer user_data)
    G_GNUC_WARN_UNUSED_RESULT;
void gst_signalling_entrance_admit (GstSignallingEntrance *entrance, GSocket *socket);
/* Whether a GET without an Upgrade is answered with the page for browsers; it is not unless this was called. */
void gst_signalling_entrance_set_serve_page (GstSignallingEntrance *entrance, gboolean serve_page);
guint gst_signalling_entrance_get_n_connections (GstSignallingEntrance *entrance);
/* Ends what has not been upgraded yet, and shortens the deadlines of what closes: `empty` follows, perhaps from within
 * this call. */
void gst_signalling_entrance_close (GstSignallingEntrance *entrance, guint drain_ms, guint linger_ms);
/* Closes every socket, however far it is. */
void gst_signalling_entrance_abort (GstSignallingEntrance *entrance);
/* Only when empty. */
void gst_signalling_entrance_free (GstSignallingEntrance *entrance);

G_END_DECLS
