/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <gst/elements/media/make-element-private.h>
#include <gst/elements/media/media-debug-private.h>

#define BASE "gstreamer1.0-plugins-base"
#define GOOD "gstreamer1.0-plugins-good"
#define BAD "gstreamer1.0-plugins-bad"
#define UGLY "gstreamer1.0-plugins-ugly"

/* clang-format off */
static const struct
{
  const gchar *element;
  const gchar *package;
} packages[] = {
  { "audioconvert", BASE },
  { "audioresample", BASE },
  { "av1enc", BAD },
  { "av1parse", BAD },
  { "capsfilter", "libgstreamer1.0-0" },
  { "h264parse", BAD },
  { "h265parse", BAD },
  { "openh264enc", BAD },
  { "opusenc", BASE },
  { "rtph264pay", GOOD },
  { "rtph265pay", GOOD },
  { "rtpopuspay", GOOD },
  { "rtpvp8pay", GOOD },
  { "rtpvp9pay", GOOD },
  { "videoconvert", BASE },
  { "videoscale", BASE },
  { "vp8enc", GOOD },
  { "vp9enc", GOOD },
  { "vp9parse", BAD },
  { "x264enc", UGLY },
  { "x265enc", BAD },
};
/* clang-format on */

gchar *
gst_soup_webrtc_describe_element (const gchar *factory_name)
{
  for (guint i = 0; i < G_N_ELEMENTS (packages); i++)
    if (g_str_equal (packages[i].element, factory_name))
      return g_strdup_printf ("%s (package %s)", factory_name, packages[i].package);

  return g_strdup (factory_name);
}

gboolean
gst_soup_webrtc_have_element (const gchar *factory_name)
{
  g_autoptr (GstElementFactory) factory = gst_element_factory_find (factory_name);

  return factory != NULL;
}

GstElement *
gst_soup_webrtc_make_element (const gchar *factory_name, GError **error)
{
  GstElement *element = gst_element_factory_make (factory_name, NULL);

  if (element == NULL) {
    g_autofree gchar *description = gst_soup_webrtc_describe_element (factory_name);

    g_set_error (error, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN, "The element %s is missing", description);
  }

  return element;
}

GstElement *
gst_soup_webrtc_make_caps_filter (GstCaps *caps, GError **error)
{
  GstElement *filter = gst_soup_webrtc_make_element ("capsfilter", error);

  if (filter != NULL)
    g_object_set (filter, "caps", caps, NULL);
  gst_caps_unref (caps);

  return filter;
}

static gboolean
set_first_known_value (GstElement *element, GParamSpec *pspec, const gchar *alternatives)
{
  g_auto (GStrv) values = g_strsplit (alternatives, "|", -1);

  for (guint i = 0; values[i] != NULL; i++) {
    g_auto (GValue) value = G_VALUE_INIT;

    g_value_init (&value, pspec->value_type);
    if (gst_value_deserialize_with_pspec (&value, values[i], pspec)) {
      g_object_set_property (G_OBJECT (element), pspec->name, &value);
      return TRUE;
    }
  }

  return FALSE;
}

static void
apply_setting (GstElement *element, const gchar *name, const gchar *alternatives)
{
  GParamSpec *pspec = g_object_class_find_property (G_OBJECT_GET_CLASS (element), name);

  if (pspec == NULL || (pspec->flags & G_PARAM_WRITABLE) == 0)
    GST_DEBUG_OBJECT (element, "no property %s here", name);
  else if (!set_first_known_value (element, pspec, alternatives))
    GST_WARNING_OBJECT (element, "property %s knows no value %s", name, alternatives);
}

void
gst_soup_webrtc_apply_settings (GstElement *element, const gchar *settings)
{
  g_auto (GStrv) pairs = g_strsplit (settings != NULL ? settings : "", ";", -1);

  for (guint i = 0; pairs[i] != NULL; i++) {
    /* Only at the first "=", since the value of a structure has its own. */
    g_auto (GStrv) pair = g_strsplit (pairs[i], "=", 2);

    if (g_strv_length (pair) == 2)
      apply_setting (element, g_strstrip (pair[0]), g_strstrip (pair[1]));
  }
}

static void
add_ghost_pad (GstElement *bin, GstElement *inside, const gchar *name)
{
  g_autoptr (GstPad) target = gst_element_get_static_pad (inside, name);

  gst_element_add_pad (bin, gst_ghost_pad_new (name, target));
}

GstElement *
gst_soup_webrtc_wrap_chain (GList *elements, GError **error)
{
  GstElement *bin = gst_bin_new (NULL);
  GstElement *first = elements->data;
  GstElement *last = g_list_last (elements)->data;
  gboolean linked = TRUE;

  for (GList *link = elements; link != NULL; link = link->next)
    gst_bin_add (GST_BIN (bin), link->data);

  for (GList *link = elements; linked && link->next != NULL; link = link->next) {
    linked = gst_element_link (link->data, link->next->data);
    if (!linked)
      g_set_error (error, GST_CORE_ERROR, GST_CORE_ERROR_NEGOTIATION, "%s and %s cannot be linked",
          GST_OBJECT_NAME (link->data), GST_OBJECT_NAME (link->next->data));
  }
  g_list_free (elements);

  if (!linked) {
    gst_object_unref (gst_object_ref_sink (bin));
    return NULL;
  }

  add_ghost_pad (bin, first, "sink");
  add_ghost_pad (bin, last, "src");
  return bin;
}
