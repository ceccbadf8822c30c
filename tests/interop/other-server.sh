#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Our signaller, the browser's client and the independent one against the signalling server written in Rust:
#
#   other-server.sh WORK INTEROP-SIGNALLER
#
# The server is built below WORK, once: one to two minutes on two cores. INTEROP_OTHER_SERVER may name a program that
# is to be used in its place, or be "no". Without cargo or a package registry the test is skipped (exit status 77).
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
work=$1
signaller=$2
version=0.15.4

skip () {
  echo "1..0 # SKIP $*"
  exit 77
}

build_server () {
  local root=$work/rust
  server=$root/bin/gst-webrtc-signalling-server
  [ -x "$server" ] && [ "$(cat "$root/version" 2>/dev/null)" = "$version" ] && return
  command -v cargo >/dev/null || skip "cargo is not installed"
  mkdir -p "$root"
  CARGO_TARGET_DIR=$root/target timeout 400 \
    cargo install gst-plugin-webrtc-signalling --version "$version" --locked --root "$root" >"$root/install.log" 2>&1 \
    || skip "cargo could not build the server: $(tail -1 "$root/install.log")"
  echo "$version" >"$root/version"
}

server=${INTEROP_OTHER_SERVER-}
case $server in
  no) skip "it is not wanted" ;;
  "") build_server ;;
esac

failed=0
run () {
  local status=0
  echo "# $1"
  shift
  "$@" || status=$?
  if [ "$status" -ne 0 ] && [ "$status" -ne 77 ]; then
    failed=1
  fi
}

run "our signaller" "$signaller" "$server"
run "the browser" "$here/browser.sh" "$work" "$server"
run "the independent client" "$here/python.sh" "$work" "$server"
exit "$failed"
