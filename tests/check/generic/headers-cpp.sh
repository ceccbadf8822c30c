#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# `headers-cpp.sh ROOT COMPILER FLAGS…`: every public header compiles by itself, as C++, without a warning.
set -eu

root=$1
shift
count=0
while read -r header; do
  printf '#include <%s>\n' "$header" |
    "$@" -std=c++11 -Wall -Wextra -Wno-unused-parameter -Werror -DGST_USE_UNSTABLE_API -fsyntax-only -I"$root" -x c++ -
  echo "$header"
  count=$((count + 1))
done < <(cd "$root" && find gst/signalling -name '*.h' ! -name '*-private.h' | sort)
[ "$count" -gt 0 ]
