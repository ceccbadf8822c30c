#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
usage() {
  cat <<'END'
Usage: tests/run.sh [--quick] [--no-packages] [--fresh]

Checks the whole project on Debian 12, as root or with sudo: installs the Debian packages it needs, builds with gcc
and clang with warnings as errors, runs every suite, runs the checks again under the address and
undefined-behaviour sanitizers, analyses the code, and tries what gets installed. Builds stay in build-tests/.

  --quick        only the gcc build with its unit, elements, fuzz and lint suites
  --no-packages  do not look for missing packages
  --fresh        throw build-tests/ away first
  --help         this text

The last line says `N passed, M failed` over all runs; a case that runs in three builds counts three times.
The exit code is 0 only when nothing failed. A failed test is not tried again.
END
}

set -u -o pipefail
cd "$(dirname "$0")/.." || exit 1
exec </dev/null

quick=false packages=true fresh=false
for argument in "$@"; do
  case $argument in
    --quick) quick=true ;;
    --no-packages) packages=false ;;
    --fresh) fresh=true ;;
    --help | -h) usage; exit 0 ;;
    *) echo "tests/run.sh: unknown option $argument" >&2; usage >&2; exit 2 ;;
  esac
done

export LC_ALL=C.UTF-8 PYTHONDONTWRITEBYTECODE=1
# Whatever else is installed: meson and the tests use the system's Python, which has PyGObject.
export PATH="/usr/bin:/bin:$PATH"
out=$PWD/build-tests
$fresh && rm -rf "$out"
mkdir -p "$out/logs"
jobs=$(nproc)
failed_steps=0
logs=()
number=0

# step TITLE COMMAND…: runs it with its output in $step_log; says how long it took and how it went.
step() {
  local title=$1 start status=0
  shift
  number=$((number + 1))
  step_log=$out/logs/$(printf '%02d' $number)-${title//[^A-Za-z0-9]/-}.log
  start=$(date +%s)
  printf '[%2d] %-44s' $number "$title"
  "$@" >"$step_log" 2>&1 || status=$?
  printf '%s %4d s\n' "$([ $status -eq 0 ] && echo ok || echo FAILED)" $(($(date +%s) - start))
  return $status
}

# A step that counts as one failed case when it fails.
must() {
  step "$@" && return
  failed_steps=$((failed_steps + 1))
  printf -- '---- %s (the last lines of %s)\n' "$1" "${step_log#"$PWD"/}"
  tail -n 40 "$step_log"
  echo ----
  return 1
}

configure() {
  local dir=$out/$1
  shift
  if [ -f "$dir/build.ninja" ]; then
    meson setup --reconfigure "$dir" "$@"
  else
    rm -rf "$dir"
    meson setup "$dir" "$@"
  fi
}

# build NAME OPTION…
build() {
  local name=$1
  shift
  must "$name: configure" configure "$name" -Dwerror=true "$@" && must "$name: compile" ninja -C "$out/$name" -j "$jobs"
}

# check NAME TITLE ARGUMENT…: meson test in that build. The summary counts what failed, and prints it.
check() {
  local name=$1 title=$2 log status=0
  shift 2
  log=$out/$name/meson-logs/$title
  rm -f "$log.json"
  step "$name: $title" meson test -C "$out/$name" --no-rebuild --num-processes "$jobs" --logbase "$title" "$@" || status=$?
  if [ -s "$log.json" ]; then
    logs+=("$name $title=$log.json")
    grep -E '^ *[0-9]+/[0-9]+ .* (FAIL|ERROR|TIMEOUT|INTERRUPT|UNEXPECTEDPASS) ' "$step_log" && return
  elif [ $status -eq 0 ]; then
    echo "     (no tests)"
  fi
  if [ $status -ne 0 ]; then
    failed_steps=$((failed_steps + 1))
    tail -n 60 "$step_log"
  fi
}

finish() {
  echo
  /usr/bin/python3 tests/summary.py --also-failed $failed_steps ${logs[@]+"${logs[@]}"}
  exit
}

if $packages; then
  must "packages" bash tests/install-packages.sh || finish
fi

if build gcc --prefix=/usr -Dtests=enabled -Dintrospection=enabled -Ddocs=enabled; then
  check gcc lint --suite lint
  check gcc unit --suite unit --suite elements --suite fuzz
  if ! $quick; then
    check gcc interop --suite interop
    check gcc load --suite load
    check gcc installed --suite installed
    check gcc analysis --suite analysis
  fi
fi
$quick && finish

CC=clang build clang -Dtests=enabled -Dintrospection=disabled -Ddocs=disabled &&
  check clang unit --suite unit --suite elements

# Programs that are not ours cannot run with it: suite `foreign`.
CC=clang build sanitizers -Db_sanitize=address,undefined -Db_lundef=false \
    -Dtests=enabled -Dintrospection=disabled -Ddocs=disabled &&
  check sanitizers unit --suite unit --suite elements --suite fuzz --no-suite foreign --timeout-multiplier 5

finish
