/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Runs a fuzz target without an engine: over every file of a corpus, then over changes of them that are the same each
 * time. Says which input it was when the target aborts.
 *
 *   fuzz-message [--runs N] [--seed N] FILE-OR-FOLDER... */

#include <glib.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <tests/fuzz/fuzz.h>

static gint n_runs = 0;
static gint first_seed = 1;
static gchar **paths = NULL;

/* What runs now, for the signal handler: so these may be read at any time. */
static const guint8 *current_data;
static gsize current_size;

static void
print_input (int number)
{
  static const char intro[] = "\n# The input was:\n";

  if (write (STDERR_FILENO, intro, sizeof (intro) - 1) < 0 || write (STDERR_FILENO, current_data, current_size) < 0)
    _exit (2);
  signal (number, SIG_DFL);
  raise (number);
}

/* In a block of its own of exactly this size, so that a memory checker sees every byte too far. */
static void
run (const guint8 *data, gsize size)
{
  g_autofree guint8 *copy = g_memdup2 (data, size);

  current_data = copy;
  current_size = size;
  (void) LLVMFuzzerTestOneInput (copy, size);
}

static void
load (GPtrArray *corpus, const gchar *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  gchar *contents;
  gsize size;

  if (folder == NULL) {
    if (!g_file_get_contents (path, &contents, &size, &error))
      g_error ("%s", error->message);
    g_ptr_array_add (corpus, g_bytes_new_take (contents, size));
    return;
  }
  for (const gchar *name = g_dir_read_name (folder); name; name = g_dir_read_name (folder)) {
    g_autofree gchar *file = g_build_filename (path, name, NULL);

    load (corpus, file);
  }
}

/* A folder lists its files in any order, and the runs are to be the same everywhere. */
static gint
compare_inputs (gconstpointer a, gconstpointer b)
{
  return g_bytes_compare (*(GBytes *const *) a, *(GBytes *const *) b);
}

static GBytes *
pick (GPtrArray *corpus, GRand *random)
{
  return g_ptr_array_index (corpus, g_rand_int_range (random, 0, (gint) corpus->len));
}

/* A part of another input comes to stand in this one. */
static void
splice (GByteArray *input, GPtrArray *corpus, GRand *random)
{
  GBytes *other = pick (corpus, random);
  gsize size = g_bytes_get_size (other);
  const guint8 *data = g_bytes_get_data (other, NULL);
  gsize start, length, at;

  if (size == 0)
    return;
  start = (gsize) g_rand_int_range (random, 0, (gint) size);
  length = (gsize) g_rand_int_range (random, 1, (gint) (size - start) + 1);
  at = (gsize) g_rand_int_range (random, 0, (gint) input->len + 1);
  g_byte_array_set_size (input, input->len + (guint) length);
  memmove (input->data + at + length, input->data + at, input->len - length - at);
  memcpy (input->data + at, data + start, length);
}

static void
change (GByteArray *input, GPtrArray *corpus, GRand *random)
{
  guint at;

  if (input->len == 0) {
    splice (input, corpus, random);
    return;
  }
  at = (guint) g_rand_int_range (random, 0, (gint) input->len);
  switch (g_rand_int_range (random, 0, 5)) {
    case 0:
      input->data[at] = (guint8) g_rand_int_range (random, 0, 256);
      break;
    case 1:
      input->data[at] ^= (guint8) (1 << g_rand_int_range (random, 0, 8));
      break;
    case 2:
      g_byte_array_remove_range (input, at, (guint) g_rand_int_range (random, 1, (gint) MIN (input->len - at, 16) + 1));
      break;
    case 3:
      g_byte_array_set_size (input, at);
      break;
    default:
      splice (input, corpus, random);
      break;
  }
}

static void
run_changed (GPtrArray *corpus)
{
  g_autoptr (GRand) random = g_rand_new_with_seed ((guint32) first_seed);

  for (gint i = 0; i < n_runs; i++) {
    g_autoptr (GByteArray) input = g_byte_array_new ();
    GBytes *start = pick (corpus, random);

    g_byte_array_append (input, g_bytes_get_data (start, NULL), (guint) g_bytes_get_size (start));
    for (gint n = g_rand_int_range (random, 1, 5); n > 0; n--)
      change (input, corpus, random);
    run (input->data, input->len);
  }
}

static void
read_arguments (int *argc, char ***argv)
{
  const GOptionEntry entries[] = {
    { "runs", 0, 0, G_OPTION_ARG_INT, &n_runs, "How many changed inputs to run", "N" },
    { "seed", 0, 0, G_OPTION_ARG_INT, &first_seed, "Where the changes begin", "N" },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &paths, "The corpus", "FILE-OR-FOLDER" },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, argc, argv, &error) || paths == NULL)
    g_error ("%s", error ? error->message : "no corpus given");
}

int
main (int argc, char **argv)
{
  g_autoptr (GPtrArray) corpus = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);

  read_arguments (&argc, &argv);
  for (gchar **path = paths; *path; path++)
    load (corpus, *path);
  if (corpus->len == 0)
    g_error ("the corpus is empty");
  g_ptr_array_sort (corpus, compare_inputs);
  signal (SIGABRT, print_input);
  signal (SIGSEGV, print_input);
  signal (SIGTRAP, print_input);
  g_print ("1..2\n");
  for (guint i = 0; i < corpus->len; i++)
    run (g_bytes_get_data (g_ptr_array_index (corpus, i), NULL), g_bytes_get_size (g_ptr_array_index (corpus, i)));
  g_print ("ok 1 corpus # %u files\n", corpus->len);
  run_changed (corpus);
  g_print ("ok 2 changed # %d runs\n", n_runs);
  g_strfreev (paths);
  return 0;
}
