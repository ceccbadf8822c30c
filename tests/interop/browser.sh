#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A browser with the JavaScript API of the protocol against a signalling server:
#
#   browser.sh WORK [--clean-close] (URL | COMMAND [ARGUMENT...])
#   browser.sh WORK --page COMMAND [ARGUMENT...]      the page that our server serves, instead
#
# What it needs from the package registry is installed below WORK, once. Without npm, a registry or Chromium, the test is
# skipped (exit status 77).
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
work=$1/browser
shift

skip () {
  echo "1..0 # SKIP $*"
  exit 77
}

command -v npm >/dev/null || skip "npm is not installed"
chromium=$(command -v chromium || command -v chromium-browser || command -v google-chrome) \
  || skip "Chromium is not installed"

mkdir -p "$work"
if ! cmp -s "$here/browser/package.json" "$work/installed.json"; then
  cp "$here/browser/package.json" "$work/package.json"
  (cd "$work" && timeout 90 npm install --no-audit --no-fund --no-update-notifier >install.log 2>&1) \
    || skip "npm could not install what is needed: $(tail -1 "$work/install.log")"
  cp "$here/browser/package.json" "$work/installed.json"
fi
script=browser.mjs
if [ "$1" = --page ]; then
  script=our-page.mjs
  shift
fi
exec timeout --kill-after=10 180 node "$here/browser/$script" "$work" "$chromium" "$@"
