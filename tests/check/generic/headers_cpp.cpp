// SPDX-License-Identifier: LGPL-2.1-or-later
// The library from C++: a signaller of its own, and functions of every public header by their C names.

#include <string>

#include <gst/signalling/signalling.h>

struct CppSignaller
{
  GObject parent;
  guint n_started;
};

struct CppSignallerClass
{
  GObjectClass parent_class;
};

static void
cpp_signaller_signaller_init (GstSignallerInterface *iface)
{
  iface->start = [] (GstSignaller *signaller) -> gboolean {
    reinterpret_cast<CppSignaller *> (signaller)->n_started++;
    return TRUE;
  };
}

G_DEFINE_TYPE_WITH_CODE (CppSignaller, cpp_signaller, G_TYPE_OBJECT,
    G_IMPLEMENT_INTERFACE (GST_TYPE_SIGNALLER, cpp_signaller_signaller_init))

static void
cpp_signaller_class_init (CppSignallerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = [] (GObject *, guint, GValue *value, GParamSpec *) {
    g_value_set_boolean (value, FALSE);
  };
  g_object_class_override_property (object_class, 1, "manual-sdp-munging");
}

static void
cpp_signaller_init (CppSignaller *)
{
}

static void
test_signaller ()
{
  g_autoptr (GstSignaller) signaller = GST_SIGNALLER (g_object_new (cpp_signaller_get_type (), nullptr));

  g_assert_true (gst_signaller_start (signaller));
  g_assert_false (gst_signaller_stop (signaller));
  g_assert_cmpuint (reinterpret_cast<CppSignaller *> (signaller)->n_started, ==, 1);
}

static void
test_values ()
{
  g_autoptr (GstSignallingMessage) message = gst_signalling_message_new_welcome ("peer");
  g_autoptr (GstSignallingCloseInfo) info =
      gst_signalling_close_info_new_orderly (GST_SIGNALLING_INITIATOR_LOCAL, TRUE, 1000, "bye", FALSE);
  g_autoptr (GError) error = g_error_new (GST_SIGNALLING_ERROR, GST_SIGNALLING_ERROR_CLOSED, "closed");

  g_assert_true (std::string ("peer") == gst_signalling_message_get_peer_id (message));
  g_assert_cmpuint (gst_signalling_close_info_get_code (info), ==, 1000);
  g_assert_error (error, GST_SIGNALLING_ERROR, GST_SIGNALLING_ERROR_CLOSED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, nullptr);
  gst_init (&argc, &argv);
  g_test_add_func ("/cpp/signaller", test_signaller);
  g_test_add_func ("/cpp/values", test_values);
  return g_test_run ();
}
