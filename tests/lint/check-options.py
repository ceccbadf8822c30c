#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""`check-options.py PROGRAM MAN_PAGE PAGE`: both pages describe the options that --help lists, with the same defaults,
and no others."""

import re
import subprocess
import sys

OPTION = re.compile(r'--([a-z][a-z-]*)')


def described_by_program(program):
    """Option name → its default, or None, as --help says it."""
    text = subprocess.run([program, '--help'], capture_output=True, check=True, text=True,
                          env={'LC_ALL': 'C.UTF-8'}, timeout=20).stdout
    found = {}
    for line in text.splitlines():
        match = re.match(r'\s+(?:-\w, )?--([a-z-]+)(?:=\w+)?\s+(.*)', line)
        if match:
            default = re.search(r'default: ([^\s)]+)', match.group(2))
            found[match.group(1)] = default.group(1) if default else None
    return found


def described_by_man_page(path):
    text = open(path, encoding='utf-8').read().replace('\\-', '-')
    text = re.sub(r'\\f.', '', text.split('.SH OPTIONS', 1)[1].split('.SH', 1)[0])
    found = {}
    for entry in text.split('.TP')[1:]:
        default = re.search(r'Default:\s*(?:\.BR? )?(\S+?)[\s.]*$', entry, re.MULTILINE)
        found[OPTION.search(entry).group(1)] = default.group(1) if default else None
    return found


def described_by_page(path):
    found = {}
    for line in open(path, encoding='utf-8'):
        if not line.startswith('| `-'):
            continue
        cells = [cell.strip() for cell in line.split('|')]
        for name in OPTION.findall(cells[1]):
            found[name] = None if cells[2] in ('', '–') else cells[2]
    return found


def main(program, man_page, page):
    wanted = described_by_program(program)
    wrong = 0 if len(wanted) > 5 else 1
    for path, found in ((man_page, described_by_man_page(man_page)), (page, described_by_page(page))):
        for name in sorted(wanted.keys() | found.keys()):
            if name not in found or name not in wanted:
                print(f'--{name}: {"not in " + path if name not in found else "in " + path + ", but not in --help"}')
                wrong += 1
            elif wanted[name] != found[name]:
                print(f'--{name}: default {wanted[name]} in --help, {found[name]} in {path}')
                wrong += 1
    print(f'{len(wanted)} options')
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:4]))
