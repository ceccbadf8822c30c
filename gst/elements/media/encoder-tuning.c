/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <gst/elements/media/codec-private.h>
#include <gst/elements/media/encoder-tuning-private.h>
#include <gst/elements/media/make-element-private.h>
#include <gst/elements/media/media-debug-private.h>

typedef struct
{
  const gchar *factories;        /* globs with spaces between */
  const gchar *bitrate_property; /* the first there is; "property.field" for one in a structure; NULL: none */
  guint bitrate_unit;            /* that many bit/s are 1 */
  const gchar *settings;
  const gchar *raw_formats; /* NULL: DEFAULT_RAW_FORMATS */
} EncoderTuning;

/* What every decoder in a browser can show. Left free, some encoders choose formats of higher profiles. */
#define DEFAULT_RAW_FORMATS "{ I420, NV12 }"

/* Key frames are asked for when somebody needs one, so the distances are as large as the encoders bear. */
/* clang-format off */
static const EncoderTuning tunings[] = {
  { "vp8enc vp9enc", "target-bitrate", 1,
    "deadline=1; cpu-used=-16; keyframe-max-dist=2000; keyframe-mode=disabled; end-usage=cbr; buffer-initial-size=100; "
    "buffer-optimal-size=120; buffer-size=150; max-intra-bitrate=250; error-resilient=default; lag-in-frames=0" },
  { "x264enc", "bitrate", 1000,
    "tune=zerolatency; speed-preset=ultrafast; threads=4; key-int-max=2560; b-adapt=false; vbv-buf-capacity=120" },
  { "openh264enc", "bitrate", 1,
    "gop-size=2560; rate-control=bitrate; complexity=low; background-detection=false; scene-change-detection=false" },
  { "x265enc", "bitrate", 1000,
    "tune=zerolatency; speed-preset=ultrafast; key-int-max=2560" },
  /* nvh264enc signals the wrong colours for RGB. */
  { "nvh264enc nvh265enc", "bitrate", 1000,
    "gop-size=2560; rc-mode=cbr-ld-hq|cbr; zerolatency=true", "{ NV12, YV12, I420 }" },
  { "nvav1enc", "bitrate", 1000,
    "gop-size=-1; rc-mode=cbr; zerolatency=true" },
  { "vaapih264enc vaapivp8enc vaapivp9enc", "bitrate", 1000,
    "keyframe-period=2560; rate-control=cbr" },
  { "vavp8enc vavp9enc vah264enc vah265enc vaav1enc vavp8lpenc vavp9lpenc vah264lpenc vah265lpenc vaav1lpenc "
    "varenderD*enc", "bitrate", 1000,
    "key-int-max=256; rate-control=cbr" },
  { "nvv4l2h264enc nvv4l2h265enc", "bitrate", 1,
    "preset-level=UltraFastPreset; maxperf-enable=true; insert-vui=true; idrinterval=256; insert-sps-pps=true; "
    "insert-aud=true; control-rate=constant_bitrate" },
  { "nvv4l2vp8enc nvv4l2vp9enc", "bitrate", 1,
    "preset-level=UltraFastPreset; maxperf-enable=true; idrinterval=256; control-rate=constant_bitrate" },
  { "nvv4l2av1enc", "bitrate", 1,
    "preset-level=UltraFastPreset; maxperf-enable=true; control-rate=constant_bitrate" },
  { "qsvh264enc", "bitrate", 1000,
    "gop-size=2560; low-latency=true; disable-hrd-conformance=true; rate-control=cbr" },
  { "av1enc", "target-bitrate", 1000,
    "end-usage=cbr; keyframe-max-dist=2147483647; usage-profile=realtime; cpu-used=8; lag-in-frames=0" },
  { "rav1enc", "bitrate", 1,
    "low-latency=true; max-key-frame-interval=715827882; speed-preset=10" },
  { "vpuenc_h264 vpuenc_hevc", "bitrate", 1000,
    "gop-size=2560" },
  { "qtic2venc", "target-bitrate", 1,
    "idr-interval=4294967295; control-rate=constant", "{ NV12 }" },
  { "v4l2h264enc", "bitrate extra-controls.video_bitrate", 1,
    "gop-size=2560; extra-controls=controls,video_gop_size=2560,repeat_sequence_header=1" },
  /* Chromium plays small gaps in the timestamps as clicks. */
  { "opusenc avenc_opus", "bitrate", 1,
    "perfect-timestamp=true" },
};
/* clang-format on */

static gboolean
matches (const EncoderTuning *tuning, const gchar *factory_name)
{
  g_auto (GStrv) globs = g_strsplit (tuning->factories, " ", -1);

  for (guint i = 0; globs[i] != NULL; i++)
    if (g_pattern_match_simple (globs[i], factory_name))
      return TRUE;

  return FALSE;
}

static const EncoderTuning *
find_tuning (GstElementFactory *factory)
{
  for (guint i = 0; factory != NULL && i < G_N_ELEMENTS (tunings); i++)
    if (matches (&tunings[i], GST_OBJECT_NAME (factory)))
      return &tunings[i];

  return NULL;
}

void
gst_soup_webrtc_encoder_tune (GstElement *encoder)
{
  const EncoderTuning *tuning = find_tuning (gst_element_get_factory (encoder));

  if (tuning != NULL)
    gst_soup_webrtc_apply_settings (encoder, tuning->settings);
  else
    GST_INFO_OBJECT (encoder, "not known here, left at its defaults");
}

const gchar *
gst_soup_webrtc_encoder_get_raw_formats (GstElementFactory *factory)
{
  const EncoderTuning *tuning = find_tuning (factory);

  return tuning != NULL && tuning->raw_formats != NULL ? tuning->raw_formats : DEFAULT_RAW_FORMATS;
}

/* The bitrate, wherever it is. */
typedef struct
{
  gchar *property;
  gchar *field; /* NULL: the property is the number */
  guint unit;
} BitratePlace;

static void
bitrate_place_clear (BitratePlace *place)
{
  g_clear_pointer (&place->property, g_free);
  g_clear_pointer (&place->field, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (BitratePlace, bitrate_place_clear)

/* The property's spec, or NULL when this encoder has no such place. */
static GParamSpec *
find_bitrate_place (GstElement *encoder, BitratePlace *place)
{
  const EncoderTuning *tuning = find_tuning (gst_element_get_factory (encoder));
  g_auto (GStrv) candidates =
      g_strsplit (tuning != NULL && tuning->bitrate_property != NULL ? tuning->bitrate_property : "", " ", -1);

  for (guint i = 0; candidates[i] != NULL; i++) {
    g_auto (GStrv) parts = g_strsplit (candidates[i], ".", 2);
    GParamSpec *pspec = g_object_class_find_property (G_OBJECT_GET_CLASS (encoder), parts[0]);

    if (pspec != NULL) {
      place->property = g_strdup (parts[0]);
      place->field = g_strdup (parts[1]);
      place->unit = tuning->bitrate_unit;
      return pspec;
    }
  }

  return NULL;
}

static gboolean
set_number (GstElement *encoder, GParamSpec *pspec, guint number)
{
  g_auto (GValue) wanted = G_VALUE_INIT;
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&wanted, G_TYPE_INT64);
  g_value_set_int64 (&wanted, number);
  g_value_init (&value, pspec->value_type);
  /* By way of the widest type, or what exceeds a gint would become negative. */
  if (pspec->value_type == G_TYPE_INT)
    g_value_set_int (&value, MIN (number, (guint) G_MAXINT));
  else if (!g_value_transform (&wanted, &value))
    return FALSE;

  /* Into the range of the property. */
  g_param_value_validate (pspec, &value);
  g_object_set_property (G_OBJECT (encoder), pspec->name, &value);
  return TRUE;
}

static gboolean
set_field (GstElement *encoder, const BitratePlace *place, guint number)
{
  g_autoptr (GstStructure) structure = NULL;

  g_object_get (encoder, place->property, &structure, NULL);
  if (structure == NULL)
    structure = gst_structure_new_empty ("controls");
  gst_structure_set (structure, place->field, G_TYPE_INT, (gint) MIN (number, (guint) G_MAXINT), NULL);
  g_object_set (encoder, place->property, structure, NULL);
  return TRUE;
}

gboolean
gst_soup_webrtc_encoder_set_bitrate (GstElement *encoder, guint bit_per_second)
{
  g_auto (BitratePlace) place = { 0 };
  GParamSpec *pspec = find_bitrate_place (encoder, &place);

  if (pspec == NULL)
    return FALSE;
  if (place.field != NULL)
    return set_field (encoder, &place, bit_per_second / place.unit);
  return set_number (encoder, pspec, bit_per_second / place.unit);
}

static guint
get_number (GstElement *encoder, GParamSpec *pspec)
{
  g_auto (GValue) value = G_VALUE_INIT;
  g_auto (GValue) number = G_VALUE_INIT;

  g_value_init (&value, pspec->value_type);
  g_value_init (&number, G_TYPE_INT64);
  g_object_get_property (G_OBJECT (encoder), pspec->name, &value);
  return g_value_transform (&value, &number) ? (guint) CLAMP (g_value_get_int64 (&number), 0, G_MAXUINT) : 0;
}

static guint
get_field (GstElement *encoder, const BitratePlace *place)
{
  g_autoptr (GstStructure) structure = NULL;
  gint number = 0;

  g_object_get (encoder, place->property, &structure, NULL);
  return structure != NULL && gst_structure_get_int (structure, place->field, &number) ? (guint) MAX (number, 0) : 0;
}

guint
gst_soup_webrtc_encoder_get_bitrate (GstElement *encoder)
{
  g_auto (BitratePlace) place = { 0 };
  GParamSpec *pspec = find_bitrate_place (encoder, &place);

  if (pspec == NULL)
    return 0;
  return place.unit * (place.field != NULL ? get_field (encoder, &place) : get_number (encoder, pspec));
}
