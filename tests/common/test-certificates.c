/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "test-certificates.h"

gchar *
test_certificate_path (const gchar *file)
{
  return g_build_filename (TEST_CERTIFICATES, file, NULL);
}

GTlsCertificate *
test_certificate_load (const gchar *name)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *certificate_file = g_strconcat (name, ".pem", NULL);
  g_autofree gchar *key_file = g_strconcat (name, ".key", NULL);
  g_autofree gchar *certificate_path = test_certificate_path (certificate_file);
  g_autofree gchar *key_path = test_certificate_path (key_file);
  GTlsCertificate *certificate = g_tls_certificate_new_from_files (certificate_path, key_path, &error);

  g_assert_no_error (error);
  return certificate;
}

GTlsDatabase *
test_certificate_load_authority (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *path = test_certificate_path ("ca.pem");
  GTlsDatabase *database = g_tls_file_database_new (path, &error);

  g_assert_no_error (error);
  return database;
}
