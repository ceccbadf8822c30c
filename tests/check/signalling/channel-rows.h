/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "channel-case.h"

G_BEGIN_DECLS

/* The rows of docs/closing-handshake.md, by who brings the end about. */
typedef struct
{
  const Row *rows;
  guint n_rows;
} RowTable;

extern const RowTable rows_peer_ends;  /* 1 to 7, 11b */
extern const RowTable rows_we_end;     /* 8 to 13b */
extern const RowTable rows_violations; /* 14, 28 */
extern const RowTable rows_misuse;     /* 15 to 21: silence, disposal, misuse, overflow */

G_END_DECLS
