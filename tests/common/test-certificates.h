/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The certificates in tests/common/certs, made by the script there. Names: "localhost" (good), "wrong-host",
 * "expired". */
GTlsCertificate *test_certificate_load (const gchar *name) G_GNUC_WARN_UNUSED_RESULT;
/* The path of "ca.pem", "localhost.pem", "localhost.key", "mismatched.key" … */
gchar *test_certificate_path (const gchar *file) G_GNUC_WARN_UNUSED_RESULT;
/* What a client needs to trust those that are good */
GTlsDatabase *test_certificate_load_authority (void) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
