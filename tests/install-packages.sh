#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Installs what tests/packages.txt names: `install-packages.sh [build]`, with `build` only what building needs.
# Does nothing where everything is there; CI=true asks apt even so.
set -eu

list=$(dirname "$0")/packages.txt
packages=$(sed -n "/^#/d${1:+;/\\[$1\\]/!d};s/ .*//p;t;p" "$list")

missing=
for package in $packages; do
  status=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) || status=
  [ "$status" = installed ] || missing="$missing $package"
done
if [ -z "$missing" ] && [ "${CI:-}" != true ]; then
  echo "all packages are installed"
  exit 0
fi

as_root=
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "These packages are missing, and there is neither root nor sudo to install them:$missing" >&2
    exit 1
  fi
  as_root=sudo
fi
apt="$as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Dpkg::Use-Pty=0"

if ! $apt update && [ -z "$missing" ]; then
  echo "apt-get update failed, but every package is installed: going on" >&2
  exit 0
fi
# shellcheck disable=SC2086  # both are lists of words
$apt install --no-install-recommends ${missing:-$packages}
