/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The server's certificate and its private key, from PEM files; without @key_path both are in one file. Every failure
 * is GST_SIGNALLING_ERROR_SETTINGS with a sentence that names the file: a missing file, a file that is no PEM, a key
 * that does not belong to the certificate. */
GTlsCertificate *gst_signalling_certificate_load (const gchar *certificate_path, const gchar *key_path, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;
/* The same question about one that was made elsewhere: has it a private key, and the right one? */
gboolean gst_signalling_certificate_check (GTlsCertificate *certificate, GError **error);

G_END_DECLS
