/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <gst/elements/media/converter-private.h>
#include <gst/elements/media/make-element-private.h>

struct _GstSoupWebRTCConverter
{
  const gchar *media_type;
  const gchar *from; /* the memory's caps feature */
  const gchar *to;
  const gchar *elements; /* names with spaces between */
};

#define SYSTEM GST_CAPS_FEATURE_MEMORY_SYSTEM_MEMORY
#define CUDA "memory:CUDAMemory"
#define D3D11 "memory:D3D11Memory"
#define DMABUF "memory:DMABuf"
#define GL "memory:GLMemory"
#define NVMM "memory:NVMM"
#define VA "memory:VAMemory"

/* For one kind of memory the rows that copy least come first. The GL scaler knows nothing but RGBA, hence a second
 * colour converter behind it. */
/* clang-format off */
static const GstSoupWebRTCConverter converters[] = {
  { "video/x-raw", SYSTEM, SYSTEM, "videoconvert videoscale" },
  { "video/x-raw", SYSTEM, NVMM, "nvvideoconvert" },
  { "video/x-raw", SYSTEM, NVMM, "nvvidconv" },
  { "video/x-raw", NVMM, NVMM, "nvvideoconvert" },
  { "video/x-raw", NVMM, NVMM, "nvvidconv" },
  { "video/x-raw", NVMM, SYSTEM, "nvvideoconvert" },
  { "video/x-raw", NVMM, SYSTEM, "nvvidconv" },
  { "video/x-raw", CUDA, CUDA, "cudaconvert cudascale" },
  { "video/x-raw", CUDA, SYSTEM, "cudadownload videoconvert videoscale" },
  { "video/x-raw", D3D11, D3D11, "d3d11convert" },
  { "video/x-raw", D3D11, SYSTEM, "d3d11download videoconvert videoscale" },
  { "video/x-raw", GL, GL, "glcolorconvert glcolorscale glcolorconvert" },
  { "video/x-raw", GL, SYSTEM, "gldownload videoconvert videoscale" },
  { "video/x-raw", VA, VA, "vapostproc" },
  { "video/x-raw", VA, SYSTEM, "vapostproc videoconvert videoscale" },
  { "video/x-raw", DMABUF, VA, "vapostproc" },
  { "video/x-raw", DMABUF, SYSTEM, "vapostproc videoconvert videoscale" },
  { "audio/x-raw", SYSTEM, SYSTEM, "audioconvert audioresample" },
};
/* clang-format on */

/* System memory when nothing is said. Features that are not memory (an overlay, say) are for the elements to sort out.
 */
static const gchar *
memory_of (const GstCaps *caps)
{
  const GstCapsFeatures *features = gst_caps_get_features (caps, 0);

  for (guint i = 0; features != NULL && i < gst_caps_features_get_size (features); i++) {
    const gchar *feature = gst_caps_features_get_nth (features, i);

    if (g_str_has_prefix (feature, "memory:"))
      return feature;
  }

  return SYSTEM;
}

static GstCaps *
caps_behind (const GstSoupWebRTCConverter *converter)
{
  GstCaps *caps = gst_caps_new_empty_simple (converter->media_type);

  if (!g_str_equal (converter->to, SYSTEM))
    gst_caps_set_features (caps, 0, gst_caps_features_new (converter->to, NULL));

  return caps;
}

static gboolean
installed (const GstSoupWebRTCConverter *converter)
{
  g_auto (GStrv) names = g_strsplit (converter->elements, " ", -1);

  for (guint i = 0; names[i] != NULL; i++)
    if (!gst_soup_webrtc_have_element (names[i]))
      return FALSE;

  return TRUE;
}

static gboolean
encoder_takes (const GstSoupWebRTCConverter *converter, GstElementFactory *encoder)
{
  g_autoptr (GstCaps) caps = caps_behind (converter);

  return gst_element_factory_can_sink_any_caps (encoder, caps);
}

const GstSoupWebRTCConverter *
gst_soup_webrtc_converter_find (const GstCaps *raw, GstElementFactory *encoder)
{
  gboolean specific = raw != NULL && !gst_caps_is_any (raw) && !gst_caps_is_empty (raw);
  const gchar *media_type = specific ? gst_structure_get_name (gst_caps_get_structure (raw, 0)) : NULL;
  const gchar *from = specific ? memory_of (raw) : SYSTEM;

  for (guint i = 0; i < G_N_ELEMENTS (converters); i++) {
    const GstSoupWebRTCConverter *converter = &converters[i];

    if ((media_type == NULL || g_str_equal (media_type, converter->media_type)) &&
        g_str_equal (from, converter->from) && encoder_takes (converter, encoder) && installed (converter))
      return converter;
  }

  return NULL;
}

static GstCaps *
filter_caps (const GstSoupWebRTCConverter *converter, GstElementFactory *encoder, const gchar *raw_formats)
{
  g_autoptr (GstCaps) caps = caps_behind (converter);
  g_autoptr (GstCaps) with_formats = NULL;
  g_auto (GValue) formats = G_VALUE_INIT;

  if (g_str_equal (converter->media_type, "audio/x-raw")) {
    gst_caps_set_simple (caps, "channels", GST_TYPE_INT_RANGE, 1, 2, NULL);
    return g_steal_pointer (&caps);
  }

  gst_caps_set_simple (caps, "pixel-aspect-ratio", GST_TYPE_FRACTION, 1, 1, NULL);
  g_value_init (&formats, GST_TYPE_LIST);
  with_formats = gst_caps_copy (caps);
  if (gst_value_deserialize (&formats, raw_formats))
    gst_caps_set_value (with_formats, "format", &formats);

  /* An encoder that wants something else altogether gets it. */
  return gst_element_factory_can_sink_any_caps (encoder, with_formats) ? g_steal_pointer (&with_formats)
                                                                       : g_steal_pointer (&caps);
}

GList *
gst_soup_webrtc_converter_make (
    const GstSoupWebRTCConverter *converter, GstElementFactory *encoder, const gchar *raw_formats, GError **error)
{
  g_auto (GStrv) names = g_strsplit (converter->elements, " ", -1);
  GList *elements = NULL;
  GstElement *element;

  for (guint i = 0; names[i] != NULL; i++) {
    element = gst_soup_webrtc_make_element (names[i], error);
    if (element == NULL) {
      g_list_free_full (elements, gst_object_unref);
      return NULL;
    }
    elements = g_list_append (elements, element);
  }

  element = gst_soup_webrtc_make_caps_filter (filter_caps (converter, encoder, raw_formats), error);
  if (element == NULL) {
    g_list_free_full (elements, gst_object_unref);
    return NULL;
  }

  return g_list_append (elements, element);
}
