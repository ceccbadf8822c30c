/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Every encoder that is installed here, through its chain, to packets. */

#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>

#include <gst/elements/media/codec-private.h>

#define FRAMES 10
#define PT 97
#define SSRC 0xcafe1234u
#define VIDEO_CAPS "video/x-raw, format=RGB, width=320, height=240, framerate=30/1, pixel-aspect-ratio=1/1"
#define AUDIO_CAPS "audio/x-raw, format=F32LE, rate=48000, channels=2, layout=interleaved"

static const GstSoupWebRTCCodec *
codec_named (const gchar *encoding_name)
{
  const GstSoupWebRTCCodec *codec = gst_soup_webrtc_codec_find_by_encoding_name (encoding_name);

  fail_unless (codec != NULL, "no codec %s", encoding_name);
  return codec;
}

static GstCaps *
raw_caps_for (const GstSoupWebRTCCodec *codec)
{
  return gst_caps_from_string (
      gst_soup_webrtc_codec_get_media (codec) == GST_SOUP_WEBRTC_MEDIA_VIDEO ? VIDEO_CAPS : AUDIO_CAPS);
}

/* 33 ms of moving noise, or 20 ms of a buzz. */
static GstBuffer *
raw_buffer (const GstSoupWebRTCCodec *codec, guint index)
{
  gboolean video = gst_soup_webrtc_codec_get_media (codec) == GST_SOUP_WEBRTC_MEDIA_VIDEO;
  gsize size = video ? 320 * 240 * 3 : 960 * 2 * sizeof (gfloat);
  GstClockTime duration = video ? GST_SECOND / 30 : 20 * GST_MSECOND;
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, size, NULL);
  GstMapInfo map;

  fail_unless (gst_buffer_map (buffer, &map, GST_MAP_WRITE));
  for (gsize i = 0; video && i < size; i++)
    map.data[i] = (guint8) ((i * 7 + index * 13) ^ (i >> 8));
  for (gsize i = 0; !video && i < size / sizeof (gfloat); i++)
    ((gfloat *) map.data)[i] = (i % 100 < 50) ? 0.3f : -0.3f;
  gst_buffer_unmap (buffer, &map);

  GST_BUFFER_PTS (buffer) = index * duration;
  GST_BUFFER_DURATION (buffer) = duration;
  return buffer;
}

/* Takes @element, which is floating. */
static GstHarness *
harness_for (GstElement *element, GstCaps *caps)
{
  GstHarness *harness;

  gst_object_ref_sink (element);
  harness = gst_harness_new_with_element (element, "sink", "src");
  gst_object_unref (element);
  gst_harness_set_src_caps (harness, gst_caps_ref (caps));
  return harness;
}

/* What comes out of @element, all of it. */
static GList *
run_through (GstElement *element, GstCaps *caps, GList *units, GstCaps **caps_out)
{
  GstHarness *harness = harness_for (element, caps);
  GList *result = NULL;
  GstBuffer *buffer;

  for (GList *link = units; link != NULL; link = link->next)
    fail_unless_equals_int (gst_harness_push (harness, gst_buffer_ref (link->data)), GST_FLOW_OK);
  fail_unless (gst_harness_push_event (harness, gst_event_new_eos ()));
  while ((buffer = gst_harness_try_pull (harness)) != NULL)
    result = g_list_append (result, buffer);

  *caps_out = gst_pad_get_current_caps (harness->sinkpad);
  fail_unless (*caps_out != NULL);
  gst_harness_teardown (harness);
  return result;
}

static void
free_buffers (GList *units)
{
  g_list_free_full (units, (GDestroyNotify) gst_buffer_unref);
}

static GList *
encode (const GstSoupWebRTCCodec *codec, GstElementFactory *factory, GstCaps **encoded)
{
  g_autoptr (GstCaps) raw = raw_caps_for (codec);
  g_autoptr (GError) error = NULL;
  GstElement *encoder = NULL;
  GstElement *chain = gst_soup_webrtc_encoder_chain_new (codec, factory, raw, 128000, &encoder, &error);
  GList *frames = NULL;
  GList *result;

  fail_unless (chain != NULL, "%s: %s", GST_OBJECT_NAME (factory), error != NULL ? error->message : "no error");
  fail_unless (gst_element_get_factory (encoder) == factory);
  for (guint i = 0; i < FRAMES; i++)
    frames = g_list_append (frames, raw_buffer (codec, i));
  result = run_through (chain, raw, frames, encoded);
  free_buffers (frames);

  return result;
}

static void
check_packet (GstBuffer *packet)
{
  guint8 header[12];

  fail_unless_equals_int (gst_buffer_extract (packet, 0, header, sizeof header), sizeof header);
  fail_unless_equals_int (header[0] >> 6, 2);
  fail_unless_equals_int (header[1] & 0x7f, PT);
  fail_unless_equals_int64 (GST_READ_UINT32_BE (header + 8), SSRC);
  fail_unless (gst_buffer_get_size (packet) <= 1200);
}

/* The caps behind the payloader have every field that was promised, with that value. */
static void
check_payloaded (const GstSoupWebRTCCodec *codec, GstCaps *encoded, GList *units)
{
  g_autoptr (GstCaps) promised = gst_soup_webrtc_codec_rtp_caps (codec, encoded, PT, SSRC);
  g_autoptr (GstCaps) real = NULL;
  g_autoptr (GError) error = NULL;
  GstElement *payloader = gst_soup_webrtc_payloader_new (codec, PT, SSRC, &error);
  GList *packets;

  g_assert_no_error (error);
  packets = run_through (payloader, encoded, units, &real);
  fail_unless (gst_caps_is_fixed (promised));
  fail_unless (gst_caps_is_subset (real, promised), "%" GST_PTR_FORMAT " was promised, %" GST_PTR_FORMAT " came",
      promised, real);
  fail_unless (g_list_length (packets) >= FRAMES);
  for (GList *link = packets; link != NULL; link = link->next)
    check_packet (link->data);
  free_buffers (packets);
}

static void
check_through_parser (const GstSoupWebRTCCodec *codec, GstCaps *encoded, GList *units)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GstCaps) parsed = NULL;
  GstElement *chain = gst_soup_webrtc_parser_chain_new (codec, &error);
  GList *result;

  g_assert_no_error (error);
  result = run_through (chain, encoded, units, &parsed);
  fail_unless_equals_int (g_list_length (result), g_list_length (units));
  fail_unless (gst_caps_can_intersect (parsed, encoded));
  if (gst_soup_webrtc_codec_can_payload (codec))
    check_payloaded (codec, parsed, result);
  free_buffers (result);
}

static void
check_profile (const GstSoupWebRTCCodec *codec, GstCaps *encoded)
{
  const GstStructure *structure = gst_caps_get_structure (encoded, 0);
  const gchar *profile = gst_structure_get_string (structure, "profile");

  fail_unless (gst_soup_webrtc_codec_find_by_caps (structure) == codec);
  if (g_str_equal (gst_soup_webrtc_codec_get_encoding_name (codec), "H264"))
    fail_unless_equals_string (profile, "constrained-baseline");
  if (g_str_equal (gst_soup_webrtc_codec_get_encoding_name (codec), "VP9"))
    fail_unless_equals_string (profile, "0");
}

/* A factory of a machine with the hardware but without what it needs is not tested, but it must say so. */
static gboolean
works_here (const GstSoupWebRTCCodec *codec, GstElementFactory *factory)
{
  g_autoptr (GstCaps) raw = raw_caps_for (codec);
  g_autoptr (GError) error = NULL;
  GstElement *encoder = NULL;
  GstElement *chain = gst_soup_webrtc_encoder_chain_new (codec, factory, raw, 0, &encoder, &error);

  fail_unless ((chain == NULL) == (error != NULL));
  if (chain == NULL)
    return FALSE;
  gst_object_unref (gst_object_ref_sink (chain));
  return TRUE;
}

GST_START_TEST (test_every_encoder)
{
  const GstSoupWebRTCCodec *codec = gst_soup_webrtc_codec_get ((guint) __i__);
  GList *factories = gst_soup_webrtc_codec_list_encoders (codec, NULL);

  for (GList *link = factories; link != NULL; link = link->next) {
    g_autoptr (GstCaps) encoded = NULL;
    GList *units;

    if (!works_here (codec, link->data))
      continue;
    units = encode (codec, link->data, &encoded);
    GST_INFO ("%s: %" GST_PTR_FORMAT, GST_OBJECT_NAME (link->data), encoded);
    fail_unless (g_list_length (units) >= FRAMES, "%s made %u of %u", GST_OBJECT_NAME (link->data),
        g_list_length (units), FRAMES);
    check_profile (codec, encoded);
    check_through_parser (codec, encoded, units);
    if (gst_soup_webrtc_codec_can_payload (codec))
      check_payloaded (codec, encoded, units);
    free_buffers (units);
  }
  gst_plugin_feature_list_free (factories);
}
GST_END_TEST

/* These are what everybody has; a list that misses one would make the test above pass for nothing. */
GST_START_TEST (test_encoders_are_found)
{
  static const gchar *const expected[][2] = { { "VP8", "vp8enc" }, { "VP9", "vp9enc" }, { "H264", "x264enc" },
    { "H264", "openh264enc" }, { "OPUS", "opusenc" }, { "AV1", "av1enc" } };

  for (guint i = 0; i < G_N_ELEMENTS (expected); i++) {
    g_autoptr (GstElementFactory) factory = gst_element_factory_find (expected[i][1]);
    GList *factories = gst_soup_webrtc_codec_list_encoders (codec_named (expected[i][0]), NULL);

    if (factory != NULL)
      fail_unless (g_list_find (factories, factory) != NULL && works_here (codec_named (expected[i][0]), factory),
          "%s is not listed, or does not start", expected[i][1]);
    gst_plugin_feature_list_free (factories);
  }
}
GST_END_TEST

static const GstSoupWebRTCCodec *
find_by_caps (const gchar *text)
{
  g_autoptr (GstStructure) structure = gst_structure_from_string (text, NULL);

  fail_unless (structure != NULL);
  return gst_soup_webrtc_codec_find_by_caps (structure);
}

GST_START_TEST (test_lookup)
{
  const GstSoupWebRTCCodec *vp8 = codec_named ("vp8");

  fail_unless (gst_soup_webrtc_codec_get (0) == vp8);
  fail_unless_equals_string (gst_soup_webrtc_codec_get_name (vp8), "VP8");
  fail_unless_equals_string (gst_soup_webrtc_codec_get_encoding_name (vp8), "VP8");
  fail_unless_equals_string (gst_soup_webrtc_codec_get_media_type (vp8), "video/x-vp8");
  fail_unless_equals_int (gst_soup_webrtc_codec_get_clock_rate (vp8), 90000);
  fail_unless_equals_int (gst_soup_webrtc_codec_get_media (vp8), GST_SOUP_WEBRTC_MEDIA_VIDEO);
  fail_unless_equals_int (gst_soup_webrtc_codec_get_clock_rate (codec_named ("opus")), 48000);
  fail_unless_equals_int (gst_soup_webrtc_codec_get_media (codec_named ("opus")), GST_SOUP_WEBRTC_MEDIA_AUDIO);

  fail_unless (find_by_caps ("video/x-vp8, width=320") == vp8);
  fail_unless (find_by_caps ("video/x-h264, stream-format=byte-stream") == codec_named ("H264"));
  fail_unless (find_by_caps ("audio/x-opus, channels=2") == codec_named ("OPUS"));
  fail_unless (find_by_caps ("audio/x-opus, channels=6, channel-mapping-family=1") == NULL);
  fail_unless (find_by_caps ("video/x-raw") == NULL);
  fail_unless (find_by_caps ("video/mpeg") == NULL);
  fail_unless (gst_soup_webrtc_codec_find_by_encoding_name ("VP7") == NULL);
}
GST_END_TEST

static void
check_rtp_field (const gchar *encoding_name, const gchar *encoded_text, const gchar *field, const gchar *expected)
{
  g_autoptr (GstCaps) encoded = encoded_text != NULL ? gst_caps_from_string (encoded_text) : NULL;
  g_autoptr (GstCaps) caps = gst_soup_webrtc_codec_rtp_caps (codec_named (encoding_name), encoded, PT, SSRC);

  fail_unless_equals_string (gst_structure_get_string (gst_caps_get_structure (caps, 0), field), expected);
}

GST_START_TEST (test_rtp_caps)
{
  check_rtp_field ("VP8", NULL, "media", "video");
  check_rtp_field ("VP8", NULL, "encoding-name", "VP8");
  check_rtp_field ("VP8", NULL, "profile-level-id", NULL);
  check_rtp_field ("H264", NULL, "packetization-mode", "1");
  check_rtp_field ("H264", NULL, "profile-level-id", "42e01f");
  check_rtp_field ("H264", "video/x-h264, codec_data=(buffer)0164002a", "profile-level-id", "64002a");
  check_rtp_field ("H264", "video/x-h264, codec_data=(buffer)0164", "profile-level-id", "42e01f");
  check_rtp_field ("OPUS", NULL, "media", "audio");
  check_rtp_field ("OPUS", NULL, "encoding-params", "2");
  check_rtp_field ("OPUS", NULL, "sprop-stereo", NULL);
  check_rtp_field ("OPUS", "audio/x-opus, channels=1", "sprop-stereo", "0");
  check_rtp_field ("OPUS", "audio/x-opus, channels=2", "sprop-stereo", "1");
}
GST_END_TEST

/* Asked for in bit/s whatever the encoder counts in, and kept within what it can do. */
GST_START_TEST (test_bitrate)
{
  static const struct
  {
    const gchar *encoder;
    guint asked;
    guint got;
    const gchar *property;
    gint64 value;
  } rows[] = {
    { "vp8enc", 1234567, 1234000, "target-bitrate", 1234000 },
    { "vp9enc", 4000000000u, 2147483000, "target-bitrate", 2147483000 },
    { "x264enc", 1234567, 1234000, "bitrate", 1234 },
    { "x264enc", 10, 1000, "bitrate", 1 },
    { "openh264enc", 1234567, 1234567, "bitrate", 1234567 },
    { "opusenc", 1000, 4000, "bitrate", 4000 },
    { "opusenc", 48000, 48000, "bitrate", 48000 },
    { "av1enc", 1234567, 1234000, "target-bitrate", 1234 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    GstElement *encoder = gst_element_factory_make (rows[i].encoder, NULL);
    gint64 value;

    if (encoder == NULL)
      continue;
    fail_unless (gst_soup_webrtc_encoder_set_bitrate (encoder, rows[i].asked));
    fail_unless_equals_int64 (gst_soup_webrtc_encoder_get_bitrate (encoder), rows[i].got);
    if (g_str_equal (rows[i].encoder, "x264enc") || g_str_has_prefix (rows[i].encoder, "openh264") ||
        g_str_equal (rows[i].encoder, "av1enc")) {
      guint number;

      g_object_get (encoder, rows[i].property, &number, NULL);
      value = number;
    } else {
      gint number;

      g_object_get (encoder, rows[i].property, &number, NULL);
      value = number;
    }
    fail_unless_equals_int64 (value, rows[i].value);
    gst_object_unref (encoder);
  }
}
GST_END_TEST

GST_START_TEST (test_bitrate_of_strangers)
{
  GstElement *element = gst_element_factory_make ("identity", NULL);

  fail_if (gst_soup_webrtc_encoder_set_bitrate (element, 1000));
  fail_unless_equals_int (gst_soup_webrtc_encoder_get_bitrate (element), 0);
  gst_object_unref (element);
}
GST_END_TEST

static void
check_property (GstElement *element, const gchar *name, const gchar *expected)
{
  GParamSpec *pspec = g_object_class_find_property (G_OBJECT_GET_CLASS (element), name);
  g_auto (GValue) value = G_VALUE_INIT;
  g_auto (GValue) wanted = G_VALUE_INIT;

  fail_unless (pspec != NULL, "%s has no %s", GST_OBJECT_NAME (element), name);
  g_value_init (&value, pspec->value_type);
  g_value_init (&wanted, pspec->value_type);
  g_object_get_property (G_OBJECT (element), name, &value);
  fail_unless (gst_value_deserialize (&wanted, expected));
  fail_unless (gst_value_compare (&value, &wanted) == GST_VALUE_EQUAL, "%s of %s is not %s", name,
      GST_OBJECT_NAME (element), expected);
}

static void
check_tuned (const gchar *encoding_name, const gchar *factory_name, const gchar *expected)
{
  g_autoptr (GstElementFactory) factory = gst_element_factory_find (factory_name);
  g_autoptr (GstCaps) raw = raw_caps_for (codec_named (encoding_name));
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) pairs = g_strsplit (expected, " ", -1);
  GstElement *encoder = NULL;
  GstElement *chain;

  if (factory == NULL)
    return;
  chain = gst_soup_webrtc_encoder_chain_new (codec_named (encoding_name), factory, raw, 777000, &encoder, &error);
  g_assert_no_error (error);
  fail_unless_equals_int (gst_soup_webrtc_encoder_get_bitrate (encoder), 777000);
  for (guint i = 0; pairs[i] != NULL; i++) {
    g_auto (GStrv) pair = g_strsplit (pairs[i], "=", 2);

    check_property (encoder, pair[0], pair[1]);
  }
  gst_object_unref (gst_object_ref_sink (chain));
}

GST_START_TEST (test_tuning)
{
#define VPX_TUNED                                                                                                      \
  "deadline=1 cpu-used=-16 keyframe-max-dist=2000 keyframe-mode=disabled end-usage=cbr buffer-initial-size=100 "       \
  "buffer-optimal-size=120 buffer-size=150 max-intra-bitrate=250 error-resilient=default lag-in-frames=0"

  check_tuned ("VP8", "vp8enc", VPX_TUNED);
  check_tuned ("VP9", "vp9enc", VPX_TUNED);
  check_tuned ("H264", "x264enc",
      "tune=zerolatency speed-preset=ultrafast threads=4 key-int-max=2560 b-adapt=false vbv-buf-capacity=120");
  check_tuned ("H264", "openh264enc",
      "gop-size=2560 rate-control=bitrate complexity=low background-detection=false "
      "scene-change-detection=false");
  check_tuned ("AV1", "av1enc", "end-usage=cbr keyframe-max-dist=2147483647 usage-profile=realtime lag-in-frames=0");
}
GST_END_TEST

GST_START_TEST (test_tuning_of_opus)
{
  g_autoptr (GstElementFactory) factory = gst_element_factory_find ("opusenc");
  g_autoptr (GstCaps) raw = gst_caps_from_string (AUDIO_CAPS);
  g_autoptr (GError) error = NULL;
  GstElement *encoder = NULL;
  GstElement *chain = gst_soup_webrtc_encoder_chain_new (codec_named ("OPUS"), factory, raw, 0, &encoder, &error);

  g_assert_no_error (error);
  check_property (encoder, "perfect-timestamp", "true");
  check_property (encoder, "bitrate", "64000");
  gst_object_unref (gst_object_ref_sink (chain));
}
GST_END_TEST

GST_START_TEST (test_payloader_settings)
{
  static const gchar *const rows[][3] = { { "VP8", "picture-id-mode", "15-bit" },
    { "VP9", "picture-id-mode", "15-bit" }, { "H264", "aggregate-mode", "zero-latency" },
    { "H264", "config-interval", "-1" }, { "OPUS", "mtu", "1200" } };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;
    GstElement *payloader = gst_soup_webrtc_payloader_new (codec_named (rows[i][0]), PT, SSRC, &error);

    g_assert_no_error (error);
    check_property (payloader, rows[i][1], rows[i][2]);
    check_property (payloader, "mtu", "1200");
    gst_object_unref (gst_object_ref_sink (payloader));
  }
}
GST_END_TEST

/* An encoder for a device that is not there, as several plugins register one. */
typedef GstElement TestBrokenEncoder;
typedef GstElementClass TestBrokenEncoderClass;

GType test_broken_encoder_get_type (void);

G_DEFINE_TYPE (TestBrokenEncoder, test_broken_encoder, GST_TYPE_ELEMENT)

static GstStateChangeReturn
test_broken_encoder_change_state (GstElement *element, GstStateChange transition)
{
  if (transition == GST_STATE_CHANGE_NULL_TO_READY)
    return GST_STATE_CHANGE_FAILURE;

  return GST_ELEMENT_CLASS (test_broken_encoder_parent_class)->change_state (element, transition);
}

static void
test_broken_encoder_class_init (TestBrokenEncoderClass *klass)
{
  g_autoptr (GstCaps) raw = gst_caps_from_string ("video/x-raw");
  g_autoptr (GstCaps) encoded = gst_caps_from_string ("video/x-h264, profile=main");

  gst_element_class_set_static_metadata (klass, "Broken", "Codec/Encoder/Video/Hardware", "Does not start", "Nobody");
  gst_element_class_add_pad_template (klass, gst_pad_template_new ("sink", GST_PAD_SINK, GST_PAD_ALWAYS, raw));
  gst_element_class_add_pad_template (klass, gst_pad_template_new ("src", GST_PAD_SRC, GST_PAD_ALWAYS, encoded));
  klass->change_state = test_broken_encoder_change_state;
}

static void
test_broken_encoder_init (TestBrokenEncoder *encoder)
{
  GstElementClass *klass = GST_ELEMENT_GET_CLASS (encoder);

  gst_element_add_pad (encoder, gst_pad_new_from_template (gst_element_class_get_pad_template (klass, "sink"), "sink"));
  gst_element_add_pad (encoder, gst_pad_new_from_template (gst_element_class_get_pad_template (klass, "src"), "src"));
}

GST_START_TEST (test_fallback_order)
{
  const GstSoupWebRTCCodec *codec = codec_named ("H264");
  g_autoptr (GstCaps) raw = gst_caps_from_string (VIDEO_CAPS);
  GstElement *encoder = NULL;
  g_autoptr (GError) error = NULL;
  GList *factories;

  gst_element_register (NULL, "brokenh264enc", GST_RANK_PRIMARY + 1000, test_broken_encoder_get_type ());
  factories = gst_soup_webrtc_codec_list_encoders (codec, raw);
  fail_unless (g_list_length (factories) >= 2);
  fail_unless_equals_string (GST_OBJECT_NAME (factories->data), "brokenh264enc");
  for (GList *link = factories; link->next != NULL; link = link->next)
    fail_unless (gst_plugin_feature_get_rank (link->data) >= gst_plugin_feature_get_rank (link->next->data));

  fail_unless (gst_soup_webrtc_encoder_chain_new (codec, factories->data, raw, 0, &encoder, &error) == NULL);
  fail_unless (encoder == NULL);
  fail_unless (g_error_matches (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_READ_WRITE));
  fail_unless (strstr (error->message, "brokenh264enc") != NULL);
  fail_unless (works_here (codec, factories->next->data));
  gst_plugin_feature_list_free (factories);
}
GST_END_TEST

/* The encoder of a Raspberry Pi, as far as its settings go: everything is in one structure. */
typedef struct
{
  GstElement parent;
  GstStructure *extra_controls;
} TestV4l2Encoder;
typedef GstElementClass TestV4l2EncoderClass;

GType test_v4l2_encoder_get_type (void);

G_DEFINE_TYPE (TestV4l2Encoder, test_v4l2_encoder, GST_TYPE_ELEMENT)

static void
test_v4l2_encoder_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  TestV4l2Encoder *self = (TestV4l2Encoder *) object;

  g_clear_pointer (&self->extra_controls, gst_structure_free);
  self->extra_controls = g_value_dup_boxed (value);
}

static void
test_v4l2_encoder_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  g_value_set_boxed (value, ((TestV4l2Encoder *) object)->extra_controls);
}

static void
test_v4l2_encoder_finalize (GObject *object)
{
  g_clear_pointer (&((TestV4l2Encoder *) object)->extra_controls, gst_structure_free);
  G_OBJECT_CLASS (test_v4l2_encoder_parent_class)->finalize (object);
}

static void
test_v4l2_encoder_class_init (TestV4l2EncoderClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  g_autoptr (GstCaps) raw = gst_caps_from_string ("video/x-raw");
  g_autoptr (GstCaps) encoded = gst_caps_from_string ("video/x-h264");

  object_class->set_property = test_v4l2_encoder_set_property;
  object_class->get_property = test_v4l2_encoder_get_property;
  object_class->finalize = test_v4l2_encoder_finalize;
  g_object_class_install_property (object_class, 1,
      g_param_spec_boxed ("extra-controls", "", "", GST_TYPE_STRUCTURE, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS));
  gst_element_class_set_static_metadata (klass, "V4L2", "Codec/Encoder/Video/Hardware", "Settings only", "Nobody");
  gst_element_class_add_pad_template (klass, gst_pad_template_new ("sink", GST_PAD_SINK, GST_PAD_ALWAYS, raw));
  gst_element_class_add_pad_template (klass, gst_pad_template_new ("src", GST_PAD_SRC, GST_PAD_ALWAYS, encoded));
}

static void
test_v4l2_encoder_init (TestV4l2Encoder *encoder)
{
  GstElementClass *klass = GST_ELEMENT_GET_CLASS (encoder);

  gst_element_add_pad (
      GST_ELEMENT (encoder), gst_pad_new_from_template (gst_element_class_get_pad_template (klass, "sink"), "sink"));
  gst_element_add_pad (
      GST_ELEMENT (encoder), gst_pad_new_from_template (gst_element_class_get_pad_template (klass, "src"), "src"));
}

static void
check_control (GstElement *encoder, const gchar *name, gint expected)
{
  g_autoptr (GstStructure) controls = NULL;
  gint value = -1;

  g_object_get (encoder, "extra-controls", &controls, NULL);
  fail_unless (controls != NULL && gst_structure_get_int (controls, name, &value), "no %s", name);
  fail_unless_equals_int (value, expected);
}

GST_START_TEST (test_bitrate_in_a_structure)
{
  g_autoptr (GstCaps) raw = gst_caps_from_string (VIDEO_CAPS);
  g_autoptr (GstElementFactory) factory = NULL;
  g_autoptr (GError) error = NULL;
  GstElement *encoder = NULL;
  GstElement *chain;

  gst_element_register (NULL, "v4l2h264enc", GST_RANK_PRIMARY, test_v4l2_encoder_get_type ());
  factory = gst_element_factory_find ("v4l2h264enc");
  chain = gst_soup_webrtc_encoder_chain_new (codec_named ("H264"), factory, raw, 700000, &encoder, &error);
  g_assert_no_error (error);
  check_control (encoder, "video_bitrate", 700000);
  check_control (encoder, "video_gop_size", 2560);
  check_control (encoder, "repeat_sequence_header", 1);
  fail_unless (gst_soup_webrtc_encoder_set_bitrate (encoder, 900000));
  check_control (encoder, "video_bitrate", 900000);
  check_control (encoder, "video_gop_size", 2560);
  fail_unless_equals_int (gst_soup_webrtc_encoder_get_bitrate (encoder), 900000);
  gst_object_unref (gst_object_ref_sink (chain));
}
GST_END_TEST

GST_START_TEST (test_rank_none_is_left_out)
{
  g_autoptr (GstElementFactory) vp8enc = gst_element_factory_find ("vp8enc");
  GList *factories;

  gst_plugin_feature_set_rank (GST_PLUGIN_FEATURE (vp8enc), GST_RANK_NONE);
  factories = gst_soup_webrtc_codec_list_encoders (codec_named ("VP8"), NULL);
  fail_unless (g_list_find (factories, vp8enc) == NULL);
  gst_plugin_feature_list_free (factories);
  gst_plugin_feature_set_rank (GST_PLUGIN_FEATURE (vp8enc), GST_RANK_PRIMARY);
}
GST_END_TEST

/* Nothing on this machine brings a picture out of such memory. */
GST_START_TEST (test_memory_without_converter)
{
  g_autoptr (GstCaps) raw = gst_caps_from_string ("video/x-raw(memory:Nowhere), format=NV12");
  g_autoptr (GstElementFactory) vp8enc = gst_element_factory_find ("vp8enc");
  g_autoptr (GError) error = NULL;
  GstElement *encoder = NULL;

  fail_unless (gst_soup_webrtc_codec_list_encoders (codec_named ("VP8"), raw) == NULL);
  fail_unless (gst_soup_webrtc_encoder_chain_new (codec_named ("VP8"), vp8enc, raw, 0, &encoder, &error) == NULL);
  fail_unless (g_error_matches (error, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN));
}
GST_END_TEST

/* Where the GL plugin is, pictures in GL memory reach a software encoder; without a display no more can be tried. */
GST_START_TEST (test_memory_gl)
{
  g_autoptr (GstElementFactory) download = gst_element_factory_find ("gldownload");
  g_autoptr (GstElementFactory) vp8enc = gst_element_factory_find ("vp8enc");
  g_autoptr (GstCaps) raw = gst_caps_from_string ("video/x-raw(memory:GLMemory), format=RGBA, texture-target=2D");
  g_autoptr (GError) error = NULL;
  GstElement *encoder = NULL;
  GstElement *chain;

  if (download == NULL)
    return;
  chain = gst_soup_webrtc_encoder_chain_new (codec_named ("VP8"), vp8enc, raw, 0, &encoder, &error);
  g_assert_no_error (error);
  gst_object_unref (gst_object_ref_sink (chain));
}
GST_END_TEST

/* What is said to be missing without the elements of @names. */
static void
check_missing (const gchar *encoding_name, const gchar *const *names, const gchar *expected)
{
  const GstSoupWebRTCCodec *codec = codec_named (encoding_name);
  GstRegistry *registry = gst_registry_get ();
  g_autoptr (GPtrArray) removed = g_ptr_array_new_with_free_func (gst_object_unref);
  g_autofree gchar *text = NULL;

  for (guint i = 0; names[i] != NULL; i++) {
    GstPluginFeature *feature = gst_registry_lookup_feature (registry, names[i]);

    if (feature != NULL) {
      g_ptr_array_add (removed, feature);
      gst_registry_remove_feature (registry, feature);
    }
  }

  text = gst_soup_webrtc_codec_describe_missing (codec);
  fail_unless_equals_string (text, expected);

  for (guint i = 0; i < removed->len; i++)
    gst_registry_add_feature (registry, removed->pdata[i]); /* takes a reference of its own */
}

GST_START_TEST (test_missing)
{
  static const gchar *const nothing[] = { NULL };
  static const gchar *const vp8enc[] = { "vp8enc", NULL };
  static const gchar *const payloader_and_encoder[] = { "rtpvp8pay", "vp8enc", NULL };
  static const gchar *const h264_payload[] = { "rtph264pay", "h264parse", NULL };

  check_missing ("VP8", nothing, NULL);
  check_missing ("VP8", vp8enc, "vp8enc (package gstreamer1.0-plugins-good)");
  check_missing ("VP8", payloader_and_encoder, "rtpvp8pay (package gstreamer1.0-plugins-good)");
  check_missing ("H264", h264_payload,
      "rtph264pay (package gstreamer1.0-plugins-good) and h264parse (package gstreamer1.0-plugins-bad)");
  check_missing ("VP8", nothing, NULL);
}
GST_END_TEST

GST_START_TEST (test_missing_encoders)
{
  const GstSoupWebRTCCodec *codec = codec_named ("H264");
  GList *factories = gst_soup_webrtc_codec_list_encoders (codec, NULL);
  g_autofree const gchar **names = g_new0 (const gchar *, g_list_length (factories) + 1);
  guint n_names = 0;

  for (GList *link = factories; link != NULL; link = link->next)
    names[n_names++] = GST_OBJECT_NAME (link->data);
  check_missing (
      "H264", names, "x264enc (package gstreamer1.0-plugins-ugly) or openh264enc (package gstreamer1.0-plugins-bad)");
  gst_plugin_feature_list_free (factories);
}
GST_END_TEST

GST_START_TEST (test_missing_payloader)
{
  GstRegistry *registry = gst_registry_get ();
  GstPluginFeature *feature = gst_registry_lookup_feature (registry, "rtpvp8pay");
  g_autoptr (GError) error = NULL;

  fail_unless (gst_soup_webrtc_codec_can_payload (codec_named ("VP8")));
  gst_registry_remove_feature (registry, feature);
  fail_if (gst_soup_webrtc_codec_can_payload (codec_named ("VP8")));
  fail_unless (gst_soup_webrtc_payloader_new (codec_named ("VP8"), PT, SSRC, &error) == NULL);
  fail_unless (g_error_matches (error, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN));
  fail_unless (strstr (error->message, "rtpvp8pay (package gstreamer1.0-plugins-good)") != NULL);
  gst_registry_add_feature (registry, feature);
  gst_object_unref (feature);
}
GST_END_TEST

/* Input that is encoded already comes as start codes more often than not. */
GST_START_TEST (test_parser_chain_from_byte_stream)
{
  const GstSoupWebRTCCodec *codec = codec_named ("H264");
  g_autoptr (GstCaps) raw = gst_caps_from_string ("video/x-raw, format=I420, width=320, height=240, framerate=30/1");
  g_autoptr (GstCaps) annex_b = NULL;
  g_autoptr (GstCaps) parsed = NULL;
  g_autoptr (GError) error = NULL;
  GstElement *source = gst_parse_bin_from_description (
      "x264enc tune=zerolatency ! capsfilter caps=video/x-h264,stream-format=byte-stream", TRUE, &error);
  GList *frames = NULL;
  GList *encoded;
  GList *result;

  g_assert_no_error (error);
  for (guint i = 0; i < FRAMES; i++) {
    GstBuffer *buffer = raw_buffer (codec, i);

    gst_buffer_set_size (buffer, 320 * 240 * 3 / 2);
    frames = g_list_append (frames, buffer);
  }
  encoded = run_through (source, raw, frames, &annex_b);
  result = run_through (gst_soup_webrtc_parser_chain_new (codec, &error), annex_b, encoded, &parsed);
  fail_unless_equals_int (g_list_length (result), FRAMES);
  fail_unless_equals_string (gst_structure_get_string (gst_caps_get_structure (parsed, 0), "stream-format"), "avc");
  check_payloaded (codec, parsed, result);
  free_buffers (frames);
  free_buffers (encoded);
  free_buffers (result);
}
GST_END_TEST

static void
count_errors (GstDebugCategory *category, GstDebugLevel level, const gchar *file, const gchar *function, gint line,
    GObject *object, GstDebugMessage *message, gpointer user_data)
{
  if (level <= GST_LEVEL_ERROR)
    g_atomic_int_inc ((gint *) user_data);
}

/* Looking for encoders whose plugins or devices are not here is nothing to complain about. */
GST_START_TEST (test_quiet)
{
  gint errors = 0;

  gst_debug_add_log_function (count_errors, &errors, NULL);
  gst_debug_set_default_threshold (GST_LEVEL_ERROR);
  for (guint i = 0; gst_soup_webrtc_codec_get (i) != NULL; i++) {
    const GstSoupWebRTCCodec *codec = gst_soup_webrtc_codec_get (i);
    GList *factories = gst_soup_webrtc_codec_list_encoders (codec, NULL);
    g_autofree gchar *missing = gst_soup_webrtc_codec_describe_missing (codec);

    for (GList *link = factories; link != NULL; link = link->next)
      works_here (codec, link->data);
    gst_plugin_feature_list_free (factories);
  }
  gst_debug_remove_log_function (count_errors);
  fail_unless_equals_int (errors, 0);
}
GST_END_TEST

static guint
count_codecs (void)
{
  guint n = 0;

  while (gst_soup_webrtc_codec_get (n) != NULL)
    n++;

  return n;
}

static Suite *
codecs_suite (void)
{
  Suite *suite = suite_create ("codecs");
  TCase *table = tcase_create ("table");
  TCase *elements = tcase_create ("elements");

  tcase_add_test (table, test_lookup);
  tcase_add_test (table, test_rtp_caps);
  tcase_add_test (table, test_missing);
  tcase_add_test (table, test_missing_encoders);
  tcase_add_test (table, test_missing_payloader);
  tcase_add_test (table, test_encoders_are_found);
  tcase_add_test (table, test_rank_none_is_left_out);
  tcase_add_test (table, test_quiet);
  suite_add_tcase (suite, table);

  tcase_add_loop_test (elements, test_every_encoder, 0, (int) count_codecs ());
  tcase_add_test (elements, test_parser_chain_from_byte_stream);
  tcase_add_test (elements, test_bitrate);
  tcase_add_test (elements, test_bitrate_of_strangers);
  tcase_add_test (elements, test_bitrate_in_a_structure);
  tcase_add_test (elements, test_tuning);
  tcase_add_test (elements, test_tuning_of_opus);
  tcase_add_test (elements, test_payloader_settings);
  tcase_add_test (elements, test_fallback_order);
  tcase_add_test (elements, test_memory_without_converter);
  tcase_add_test (elements, test_memory_gl);
  suite_add_tcase (suite, elements);

  return suite;
}

GST_CHECK_MAIN (codecs)
