/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "raw-frame.h"
#include "raw-socket.h"

G_BEGIN_DECLS

/* A WebSocket peer, server or client, that does exactly what a script says, right or wrong, and records everything the
 * other side does. There is no WebSocket library under it. Scripts are straight-line code: every call is done when it
 * returns, every wait is bounded, and what was expected and did not come fails the test with the record so far.
 *
 * No thread, no main loop: see raw-socket.h. The code under test runs on a thread of its own. */
typedef struct _RawPeer RawPeer;
typedef struct _RawListener RawListener;

/* How long anything that should come may take, in milliseconds. */
#define RAW_PATIENCE 5000

/* --- The server side of the raw peer ------------------------------------------------------------------------------ */

/* Listens on 127.0.0.1, a port the kernel chooses. */
RawListener *raw_listener_new (RawSocketFlags flags) G_GNUC_WARN_UNUSED_RESULT;
void raw_listener_free (RawListener *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RawListener, raw_listener_free)
/* Takes a certificate of tests/common/certs instead of the good one: "expired", "wrong-host" … */
void raw_listener_set_certificate (RawListener *self, const gchar *name);
GTlsCertificate *raw_listener_dup_certificate (RawListener *self) G_GNUC_WARN_UNUSED_RESULT;
guint16 raw_listener_get_port (RawListener *self);
/* ws://127.0.0.1:port/, wss://localhost:port/ with TLS */
gchar *raw_listener_get_uri (RawListener *self) G_GNUC_WARN_UNUSED_RESULT;
/* TCP, without a word said on it */
RawPeer *raw_listener_accept_tcp (RawListener *self) G_GNUC_WARN_UNUSED_RESULT;
/* TCP and TLS where it is on */
RawPeer *raw_listener_accept (RawListener *self) G_GNUC_WARN_UNUSED_RESULT;
/* And the upgrade. */
RawPeer *raw_listener_accept_websocket (RawListener *self) G_GNUC_WARN_UNUSED_RESULT;

/* The request, up to the blank line. */
const gchar *raw_peer_expect_request (RawPeer *self);
/* 101 with the right key, and @extra (nullable), frames for instance, in the same segment */
void raw_peer_answer_upgrade (RawPeer *self, const GByteArray *extra);
/* Sec-WebSocket-Accept for the request that was read */
gchar *raw_peer_make_accept_key (RawPeer *self) G_GNUC_WARN_UNUSED_RESULT;

/* --- The client side ---------------------------------------------------------------------------------------------- */

RawPeer *raw_peer_connect (guint16 port, RawSocketFlags flags) G_GNUC_WARN_UNUSED_RESULT;
/* @headers: (nullable): lines to add, each with its CRLF; @extra: (nullable): follows in the same segment */
void raw_peer_send_upgrade (RawPeer *self, const gchar *path, const gchar *headers, const GByteArray *extra);
/* The answer must be 101 with the right key; gives back its header, up to the blank line. */
const gchar *raw_peer_expect_upgrade (RawPeer *self);
/* Whatever the HTTP answer is: its status, 0 when the connection ended instead. */
guint raw_peer_expect_status (RawPeer *self);
RawPeer *raw_peer_connect_websocket (guint16 port, RawSocketFlags flags) G_GNUC_WARN_UNUSED_RESULT;

/* --- Both --------------------------------------------------------------------------------------------------------- */

void raw_peer_free (RawPeer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RawPeer, raw_peer_free)
RawSocket *raw_peer_get_socket (RawPeer *self);

/* Collecting frames for one segment */
void raw_peer_append (RawPeer *self, GByteArray *out, const RawFrameSpec *spec);
void raw_peer_append_text (RawPeer *self, GByteArray *out, const gchar *text);
/* Code 0 without reason: an empty one. */
void raw_peer_append_close (RawPeer *self, GByteArray *out, guint code, const gchar *reason);

void raw_peer_send_bytes (RawPeer *self, const GByteArray *bytes);
/* As much as is taken within @milliseconds: the number of bytes that were. */
gsize raw_peer_try_send_bytes (RawPeer *self, const GByteArray *bytes, guint milliseconds);
void raw_peer_send_string (RawPeer *self, const gchar *text);
void raw_peer_send (RawPeer *self, const RawFrameSpec *spec);
void raw_peer_send_text (RawPeer *self, const gchar *text);
void raw_peer_send_ping (RawPeer *self, const gchar *text);
void raw_peer_send_close (RawPeer *self, guint code, const gchar *reason);
void raw_peer_fin (RawPeer *self);
void raw_peer_reset (RawPeer *self);

/* The next frame in the order of arrival, NULL when none comes within @milliseconds or the connection ended. */
const RawFrame *raw_peer_next_frame (RawPeer *self, guint milliseconds);
const RawFrame *raw_peer_expect_frame (RawPeer *self, guint opcode);
void raw_peer_expect_text (RawPeer *self, const gchar *text);
/* Reads on to the Close, over anything before it; its code must be @code, 0 for an empty one. */
const RawFrame *raw_peer_expect_close (RawPeer *self, guint code);
/* Reads to the end of the connection, which must come within @milliseconds. */
RawEnd raw_peer_read_to_end (RawPeer *self, guint milliseconds);
void raw_peer_expect_end (RawPeer *self, RawEnd end);
/* Reads for that long, which is how a script lets time pass; TRUE when nothing came. */
gboolean raw_peer_stay_idle (RawPeer *self, guint milliseconds);
/* Keeps away from the socket for that long. */
void raw_peer_look_away (RawPeer *self, guint milliseconds);

/* --- The record --------------------------------------------------------------------------------------------------- */

guint raw_peer_get_n_frames (RawPeer *self);
const RawFrame *raw_peer_get_frame (RawPeer *self, guint index);
guint raw_peer_count (RawPeer *self, guint opcode);
/* Data frames behind the first Close */
guint raw_peer_count_data_after_close (RawPeer *self);
/* Frames masked when they should not be, or the reverse */
guint raw_peer_count_wrong_masks (RawPeer *self);
/* "Close 1000 then FIN", "5 texts, FIN without Close": what matters for the result of a case */
gchar *raw_peer_describe (RawPeer *self) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
