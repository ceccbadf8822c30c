/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/signalling/signalling-error.h>

G_BEGIN_DECLS

/* Reads JSON text strictly (RFC 8259) in one pass from left to right, without copying it: values are handed out
 * as slices of the text. Every limit is checked before memory is spent on what exceeds it, and nothing here
 * recurses, so that text from anybody may be given to it.
 *
 * Stricter than the RFC demands where peers would otherwise read different things into one text: a name may
 * occur once per object, strings are UTF-8 without lone surrogates, numbers are within the range of a double.
 *
 * A scanner lives on the stack of whoever uses it, and is used by one thread. The text outlives it. */

#define GST_SIGNALLING_JSON_MAX_DEPTH 32
#define GST_SIGNALLING_JSON_MAX_MEMBERS 1024
#define GST_SIGNALLING_JSON_MAX_ELEMENTS 100000
#define GST_SIGNALLING_JSON_MAX_NUMBER_LENGTH 512

typedef enum
{
  GST_SIGNALLING_JSON_ABSENT,
  GST_SIGNALLING_JSON_NULL,
  GST_SIGNALLING_JSON_FALSE,
  GST_SIGNALLING_JSON_TRUE,
  GST_SIGNALLING_JSON_NUMBER,
  GST_SIGNALLING_JSON_STRING,
  GST_SIGNALLING_JSON_ARRAY,
  GST_SIGNALLING_JSON_OBJECT,
} GstSignallingJsonKind;

typedef struct
{
  GstSignallingJsonKind kind;
  gboolean has_nul;     /* a string with U+0000 in it, which no C string can hold */
  const gchar *start;   /* strings: behind the opening quote */
  gsize length;         /* strings: up to the closing quote */
  gsize decoded_length; /* strings: bytes of UTF-8 that the escapes stand for; equal to length without escapes */
} GstSignallingJsonValue;

/* The name of a member, escapes resolved. Valid as long as the scanner. */
typedef struct
{
  const gchar *name;
  gsize length;
  const gchar *where; /* in the text, for error messages */
} GstSignallingJsonName;

typedef struct
{
  guint count;      /* members or elements so far */
  guint first_name; /* objects: where their names begin in `names` */
  gboolean is_array;
} GstSignallingJsonFrame;

typedef struct
{
  /*< private >*/
  const gchar *text;
  const gchar *end;
  const gchar *at;

  guint depth;
  guint max_depth; /* may be lowered for a while, never above GST_SIGNALLING_JSON_MAX_DEPTH */
  GstSignallingJsonFrame frames[GST_SIGNALLING_JSON_MAX_DEPTH];

  /* The names of all objects that are open now, to find the ones that occur twice. */
  GstSignallingJsonName *names;
  guint n_names;
  guint names_size;
  GstSignallingJsonName first_names[24];
  gchar *decoded; /* names that had escapes: one block, as large as the rest of the text was */
  gsize decoded_used;

  /* What went wrong: @what is a static string, NULL as long as all is well. */
  GstSignallingError code;
  const gchar *what;
  const gchar *where;
} GstSignallingJsonScanner;

void gst_signalling_json_scanner_init (GstSignallingJsonScanner *scanner, const gchar *text, gsize length);
void gst_signalling_json_scanner_clear (GstSignallingJsonScanner *scanner);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (GstSignallingJsonScanner, gst_signalling_json_scanner_clear)

/* All of these return FALSE when the text is wrong (then `what` is set and the scanner is of no more use). */

GstSignallingJsonKind gst_signalling_json_scanner_peek (GstSignallingJsonScanner *scanner);
gboolean gst_signalling_json_scanner_enter (GstSignallingJsonScanner *scanner);
/* FALSE also at the end of the object or array, which has been left then. */
gboolean gst_signalling_json_scanner_next_member (GstSignallingJsonScanner *scanner, GstSignallingJsonName *name);
gboolean gst_signalling_json_scanner_next_element (GstSignallingJsonScanner *scanner);
/* The whole value, with all that is inside it. */
gboolean gst_signalling_json_scanner_read (GstSignallingJsonScanner *scanner, GstSignallingJsonValue *value);
/* Nothing but white space may follow. */
gboolean gst_signalling_json_scanner_finish (GstSignallingJsonScanner *scanner);
gboolean gst_signalling_json_scanner_fail (
    GstSignallingJsonScanner *scanner, GstSignallingError code, const gchar *what, const gchar *where);
void gst_signalling_json_scanner_set_error (GstSignallingJsonScanner *scanner, GError **error);

/* For values the scanner handed out. @target has room for decoded_length bytes. */
void gst_signalling_json_decode (const gchar *start, gsize length, gchar *target);
/* An unsigned number without sign, fraction and exponent. */
gboolean gst_signalling_json_value_get_uint32 (const GstSignallingJsonValue *value, guint32 *number);

G_END_DECLS
