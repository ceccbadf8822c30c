#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Makes the certificates of the tests anew, next to this script. They live for a hundred years, so that nobody has
# to; the keys are public and protect nothing.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

new_key () {
  openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1"
}

# name, subjectAltName, not before, not after
new_certificate () {
  new_key "$1.key"
  openssl req -new -key "$1.key" -subj "/CN=$1 (signalling tests)" -out "$work/request"
  printf 'basicConstraints=critical,CA:FALSE\nextendedKeyUsage=serverAuth\nsubjectAltName=%s\n' "$2" > "$work/extensions"
  openssl ca -batch -notext -config "$work/ca.conf" -extfile "$work/extensions" \
    -startdate "$3" -enddate "$4" -in "$work/request" -out "$1.pem" 2> /dev/null
}

cat > "$work/ca.conf" <<CONF
[ca]
default_ca = tests
[tests]
new_certs_dir = $work
database = $work/index
rand_serial = yes
default_md = sha256
certificate = ca.pem
private_key = $work/ca.key
policy = any
unique_subject = no
[any]
commonName = supplied
CONF
: > "$work/index"

new_key "$work/ca.key"
openssl req -new -key "$work/ca.key" -subj "/CN=CA (signalling tests)" -out "$work/request"
printf 'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n' > "$work/extensions"
openssl ca -batch -notext -selfsign -config "$work/ca.conf" -extfile "$work/extensions" \
  -startdate 20200101000000Z -enddate 21200101000000Z -in "$work/request" -out ca.pem 2> /dev/null
new_certificate localhost 'DNS:localhost,IP:127.0.0.1,IP:::1' 20200101000000Z 21200101000000Z
new_certificate wrong-host 'DNS:somewhere-else.invalid' 20200101000000Z 21200101000000Z
new_certificate expired 'DNS:localhost,IP:127.0.0.1' 20200101000000Z 20210101000000Z
# A key that belongs to none of them
new_key mismatched.key
