#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""`check-exports.py LIBRARY ROOT`: the library exports exactly what its public headers mark as GST_SIGNALLING_API."""

import pathlib
import re
import subprocess
import sys

import rules


def exported(library):
    listing = subprocess.run(['nm', '--dynamic', '--defined-only', '--format=posix', library],
                             capture_output=True, check=True, text=True).stdout
    return {line.split()[0].split('@')[0] for line in listing.splitlines() if line}


def declared(root):
    names = set()
    for header in pathlib.Path(root, 'gst/signalling').rglob('*.h'):
        if not header.name.endswith('-private.h'):
            code = rules.without_comments(header.read_text(encoding='utf-8'))
            names.update(re.findall(r'^GST_SIGNALLING_API\b[^;{]*?\b((?!G_DECLARE_)\w+) \(', code, re.MULTILINE))
            names.update(name + '_get_type' for name in
                         re.findall(r'^GST_SIGNALLING_API\s+G_DECLARE_\w+ \(\s*\w+,\s*(\w+)', code, re.MULTILINE))
    return names


def main(library, root):
    seen, wanted = exported(library), declared(root)
    for name in sorted(seen - wanted):
        print(f'{name} is exported, but no public header declares it')
    for name in sorted(wanted - seen):
        print(f'{name} is declared in a public header, but not exported')
    for name in sorted(seen):
        if not rules.FUNCTION_PREFIX.match(name):
            print(f'{name} is exported without one of our prefixes')
            return 1
    print(f'{len(seen)} symbols exported')
    return 1 if seen != wanted or not seen else 0


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:3]))
