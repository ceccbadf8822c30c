#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# `check-tidy.sh CLANG_TIDY ROOT BUILD`: clang-tidy, its static analyser included, over all of gst/; see .clang-tidy.
set -eu
cd "$2"
find gst -name '*.c' -print0 | xargs -0 -n 1 -P "$(nproc)" "$1" --quiet -p "$3" 2>&1 |
  grep -v 'warnings generated\.$' || [ "${PIPESTATUS[1]}" -eq 0 ]
