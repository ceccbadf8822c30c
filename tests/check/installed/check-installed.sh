#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# `check-installed.sh MESON BUILD WITH_GIR`: installs into an empty folder as a packager does, looks whether everything
# is there, then uses it from outside of the tree: a C program through pkg-config, Python through the typelib.
set -eu

meson=$1 build=$2 with_gir=$3
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

DESTDIR=$work/stage "$meson" install -C "$build" --no-rebuild --quiet
cd "$work/stage"
find . \( -type f -o -type l \) -printf '%P\n' | sort

fail() {
  echo "check-installed: $*" >&2
  exit 1
}

one() {
  local found
  found=$(find . -path "$1" -print -quit)
  [ -n "$found" ] || fail "nothing installed as $1"
  echo "$work/stage/${found#./}"
}

library=$(one '*/libgstsignalling-1.0.so.0')
one '*/libgstsignalling-1.0.so' >/dev/null
header=$(one '*/include/gstreamer-1.0/gst/signalling/signalling.h')
pc=$(one '*/pkgconfig/gstreamer-signalling-1.0.pc')
program=$(one '*/bin/gst-signalling-server')
man --warnings --local-file "$(one '*/man1/gst-signalling-server.1')" 2>&1 >/dev/null | grep . && fail "the man page is wrong"
[ -z "$(find . -name '*-private.h')" ] || fail "private headers were installed"
readelf -d "$library" | grep -q 'SONAME.*\[libgstsignalling-1.0.so.0\]' || fail "the soname is wrong"
readelf -d "$library" | grep -qE 'R(UN)?PATH' && fail "the library carries a run path"
for included in $(sed -n 's/^#include <\(gst\/signalling\/.*\)>$/\1/p' "$header"); do
  one "*/include/gstreamer-1.0/$included" >/dev/null
done

# The staged files stand in for installed ones: only the prefix differs.
prefix=$(sed -n 's/^prefix=//p' "$pc")
mkdir "$work/pc"
sed "s|^prefix=.*|prefix=$work/stage$prefix|" "$pc" >"$work/pc/gstreamer-signalling-1.0.pc"
export PKG_CONFIG_PATH=$work/pc LD_LIBRARY_PATH=${library%/*} XDG_CACHE_HOME=$work/cache

# shellcheck disable=SC2046  # a list of arguments
"${CC:-cc}" -Wall -Werror -std=gnu11 -o "$work/hello" "$here/hello.c" \
  $(pkg-config --cflags --libs gstreamer-signalling-1.0)
"$work/hello"
"$program" --version

for public in $(cd "${header%/*}" && find . -name '*.h' -printf '%P\n'); do
  printf '#define GST_USE_UNSTABLE_API 1\n#include <gst/signalling/%s>\nint dummy;\n' "$public" >"$work/alone.c"
  # shellcheck disable=SC2046
  "${CC:-cc}" -Wall -Werror -std=gnu11 -fsyntax-only "$work/alone.c" $(pkg-config --cflags gstreamer-signalling-1.0) ||
    fail "$public cannot be included by itself"
  # shellcheck disable=SC2046
  "${CXX:-c++}" -x c++ -Wall -Werror -fsyntax-only "$work/alone.c" $(pkg-config --cflags gstreamer-signalling-1.0) ||
    fail "$public cannot be included from C++"
done

if [ "$with_gir" = true ]; then
  typelib=$(one '*/girepository-1.0/GstSignalling-1.0.typelib')
  one '*/gir-1.0/GstSignalling-1.0.gir' >/dev/null
  GI_TYPELIB_PATH=${typelib%/*} /usr/bin/python3 "$here/hello.py"
fi
echo "check-installed: all of it works"
