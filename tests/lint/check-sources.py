#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs the rules of rules.py over the tree: `check-sources.py ROOT`. Prints file:line: what; exit code 1 on findings."""

import os
import subprocess
import sys

import rules

SKIPPED_FOLDERS = {'.git', 'node_modules', '__pycache__', 'target'}
TEXT_LIMIT = 2 * 1024 * 1024


def tracked_files(root):
    """What git would commit; in an unpacked archive, everything but build folders."""
    listing = subprocess.run(['git', '-C', root, 'ls-files', '-z', '--cached', '--others', '--exclude-standard'],
                             capture_output=True, check=False)
    if listing.returncode == 0:
        return sorted(set(filter(None, listing.stdout.decode().split('\0'))))
    found = []
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name not in SKIPPED_FOLDERS and not name.startswith('build')]
        found += [os.path.relpath(os.path.join(folder, name), root) for name in names]
    return sorted(found)


def read_texts(root):
    for path in tracked_files(root):
        full = os.path.join(root, path)
        if not os.path.isfile(full) or os.path.getsize(full) > TEXT_LIMIT:
            continue
        with open(full, 'rb') as source:
            content = source.read()
        try:
            text = content.decode('utf-8')
        except UnicodeDecodeError:
            continue
        if '\0' not in text:
            yield path, text


def main(root):
    root = os.path.realpath(root)
    texts = dict(read_texts(root))
    blocks = {}
    for path, text in texts.items():
        if path.startswith('gst/') and rules.is_c(path):
            blocks.update(rules.doc_blocks(text))

    count = 0
    for path, text in texts.items():
        findings = [finding for rule in rules.SIMPLE_RULES for finding in rule(path, text)]
        findings += rules.foreign_places(path, text, root)
        findings += rules.dead_links(path, text, root)
        findings += rules.missing_since(path, text, blocks)
        for line, what in sorted(findings):
            print(f'{path}:{line}: {what}')
            count += 1
        for line, what in rules.long_file(path, text):
            print(f'{path}:{line}: warning: {what}')
    print(f'{len(texts)} files read, {count} findings')
    return 1 if count or not texts else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else '.'))
