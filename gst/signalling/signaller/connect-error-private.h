/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <libsoup/soup.h>

#include <gst/signalling/signalling-error.h>

G_BEGIN_DECLS

/* What a failed opening handshake means: docs/closing-handshake.md, "Opening handshake failures". */

typedef struct
{
  const gchar *where;    /* host and port, for the sentence */
  guint http_status;     /* 0 when there was no answer */
  const gchar *location; /* of a redirect */
  gboolean timed_out;    /* our own deadline */
  GTlsCertificateFlags tls_errors;
} GstSignallingConnectFacts;

/* A sentence in GST_SIGNALLING_ERROR, with libsoup's own words behind it. */
GError *gst_signalling_connect_error_new (
    const GError *cause, const GstSignallingConnectFacts *facts, gboolean *may_retry) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
