/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <tests/common/load/load-loop.h>
#include <tests/common/load/load-target.h>

/* How far a connection goes by itself. */
typedef enum
{
  LOAD_STOP_AT_OPEN,    /* a WebSocket client like any other */
  LOAD_STOP_AT_TCP,     /* connects and says nothing */
  LOAD_STOP_AT_REQUEST, /* sends half of the upgrade request */
} LoadStop;

/* How it ended. */
typedef struct
{
  gboolean opened;     /* the upgrade had succeeded */
  gboolean close_seen; /* a Close frame came from the server */
  gboolean reset;      /* RST instead of FIN */
  gboolean illegal;    /* the server broke RFC 6455 or HTTP */
  gboolean by_us;      /* load_connection_abort() */
  guint close_code;    /* 1005 for a Close without one */
  guint http_status;   /* of the answer to the upgrade request, 0 without one */
  int error_number;    /* errno of the failed call, 0 for FIN */
} LoadEnd;

typedef struct
{
  void (*opened) (LoadConnection *connection, gpointer user_data);
  void (*message) (LoadConnection *connection, const char *text, gsize length, gpointer user_data);
  /* Exactly once, the last call; the connection is still to be freed by its owner. */
  void (*ended) (LoadConnection *connection, const LoadEnd *end, gpointer user_data);
} LoadConnectionHandlers;

/* A WebSocket client connection of one LoadLoop. @serial chooses among the source addresses. */
LoadConnection *load_connection_new (LoadLoop *loop, const LoadTarget *target, guint serial, LoadStop stop,
    const LoadConnectionHandlers *handlers, gpointer user_data, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Closes the descriptor if it is still open, without a word to handlers. May be called from a handler. */
void load_connection_free (LoadConnection *connection);

/* These queue; the loop writes before it waits again. */
void load_connection_send_text (LoadConnection *connection, const char *text, gsize length);
void
load_connection_send_frame (LoadConnection *connection, guint8 opcode, gboolean fin, const void *payload, gsize length);
void load_connection_send_raw (LoadConnection *connection, const void *data, gsize length);
void load_connection_close (LoadConnection *connection, guint16 code);
/* Ends it with a TCP reset. */
void load_connection_abort (LoadConnection *connection);
/* A connection that does not read is a slow reader to the server. */
void load_connection_set_reading (LoadConnection *connection, gboolean reading);

gboolean load_connection_is_open (const LoadConnection *connection);
gsize load_connection_get_backlog (const LoadConnection *connection);
gint64 load_connection_get_start (const LoadConnection *connection);
