/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a row of the table of codecs is made of, for this layer only. */

#pragma once

#include <gst/elements/media/codec-private.h>

G_BEGIN_DECLS

struct _GstSoupWebRTCCodec
{
  const gchar *name;
  GstSoupWebRTCMedia media;
  const gchar *encoding_name;
  guint clock_rate;
  const gchar *media_type;
  const gchar *parser;      /* NULL: none needed */
  const gchar *parsed_caps; /* what both kinds of chain put out */
  const gchar *profiles;    /* to ask an encoder for, best first, spaces between; NULL: whatever comes */
  const gchar *payloader;
  const gchar *payloader_settings;
  const gchar *encoders; /* the software ones to install, spaces between */
  /* Adds what the SDP says about these encoded caps; NULL: nothing. */
  void (*describe) (GstStructure *rtp, const GstStructure *encoded);
};

G_END_DECLS
