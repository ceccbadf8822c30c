#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The table of docs/closing-handshake-results.md, from what the row programs report.

--write makes it anew from a run of all of them (`ninja handshake-table`). --check compares the table with the rows the
programs left behind when they were last run as tests, running those that left none: a row that the table has and
the run has not, or the other way round, or with another verdict, is an error. What the peer saw is shown and not
compared: it says how many messages came through before the end, too.
"""
import argparse
import concurrent.futures
import os
import re
import subprocess
import sys

COLUMNS = ['client', 'client tls', 'server', 'server tls']
INTRODUCTION = '''# The closing handshake: results

What the channel makes of every row of [closing-handshake.md](closing-handshake.md), against a raw peer that does exactly what the row
says. This page is written by `ninja handshake-table` and compared with every test run; do not edit it.

In each field: the verdict (class, the peer's close code if one came, *completed* when both Close frames were seen), and below it
what the peer saw of us. A row passes only when, besides, exactly one verdict and at most one Close came, no data followed it, no
reset was sent (unless the last column says why), nothing was called back afterwards, no descriptor and no thread was left, and an
end we began was over in time.

| row | case | client | client, TLS | server | server, TLS | what cannot be better, and why |
|---|---|---|---|---|---|---|
'''


def read_rows(text):
    rows = {}
    for line in text.splitlines():
        match = re.match(r'# row (.*)', line)
        if not match:
            continue
        row_id, variant, role, verdict, seen, note = [field.strip() for field in match.group(1).split('|')]
        if row_id != 'warm-up':
            rows[(row_id, variant, role)] = (verdict, seen, note)
    return rows


def run(program, speed):
    """Runs a test program: its rows, and whether it skipped any."""
    env = dict(os.environ)
    env.pop('GST_SIGNALLING_ROWS', None)
    args = [program] + (['slow'] if speed == 'slow' else [])
    result = subprocess.run(args, env=env, stdout=subprocess.PIPE, text=True)
    if result.returncode != 0:
        sys.exit(f'{" ".join(args)} failed:\n{result.stdout[-2000:]}')
    return read_rows(result.stdout), '# skip' in result.stdout.lower()


def collect(runs, again):
    rows, skipped, wanted = {}, False, []
    for path, program, speed in runs:
        fresh = os.path.exists(path) and os.path.getmtime(path) >= os.path.getmtime(program)
        if fresh and not again:
            with open(path, encoding='utf-8') as file:
                rows.update(read_rows(file.read()))
        else:
            wanted.append((program, speed))
    with concurrent.futures.ThreadPoolExecutor() as pool:
        for more, skip in pool.map(lambda job: run(*job), wanted):
            rows.update(more)
            skipped = skipped or skip
    return rows, skipped


def say_verdict(verdict):
    match = re.fullmatch(r'(\w+) clean=(\d) code=(\d+)', verdict)
    if not match:
        return verdict
    name, clean, code = match.groups()
    return name + (f' {code}' if code != '0' else '') + (', completed' if clean == '1' else '')


def say_seen(seen):
    return re.sub(r'\d+ messages', 'messages', seen)


def sort_key(case):
    row_id, variant = case
    number, letters = re.match(r'(\d+)(.*)', row_id).groups()
    return int(number), letters, [int(part) if part.isdigit() else part for part in re.split(r'(\d+)', variant)]


def make_table(rows):
    lines = []
    for row_id, variant in sorted({key[:2] for key in rows}, key=sort_key):
        fields, notes = [], []
        for role in COLUMNS:
            verdict, seen, note = rows.get((row_id, variant, role), ('', '', ''))
            fields.append(f'{say_verdict(verdict)}<br>{say_seen(seen)}' if verdict else '')
            if note and (note, role) not in notes:
                notes.append((note, role))
        told = []
        for note, role in notes:
            if note not in told:
                told.append(note)
        lines.append('| ' + ' | '.join([row_id, variant] + fields + ['; '.join(told)]) + ' |')
    return '\n'.join(lines) + '\n'


def read_table(text):
    verdicts = {}
    for line in text.splitlines():
        fields = [field.strip() for field in line.strip('|').split('|')]
        if len(fields) != 7 or not re.match(r'\d', fields[0]):
            continue
        for role, field in zip(COLUMNS, fields[2:6]):
            if field:
                verdicts[(fields[0], fields[1], role)] = field.split('<br>')[0]
    return verdicts


def compare(told, rows, skipped):
    found = {key: say_verdict(value[0]) for key, value in rows.items()}
    problems = []
    for key in sorted(set(told) | set(found)):
        name = 'row ' + ' / '.join(part for part in key if part)
        if key not in found:
            # Where there are no network namespaces, the rows that need one cannot be run.
            if not ('dead link' in key[1] and (skipped or not any('dead link' in other[1] for other in found))):
                problems.append(f'{name}: in the table, not in the run')
        elif key not in told:
            problems.append(f'{name}: in the run, not in the table')
        elif told[key] != found[key]:
            problems.append(f'{name}: the table says {told[key]}, the run {found[key]}')
    return problems


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--write', metavar='PAGE')
    parser.add_argument('--check', metavar='PAGE')
    parser.add_argument('--run', nargs=3, action='append', metavar=('ROWS', 'PROGRAM', 'SPEED'))
    args = parser.parse_args()
    rows, skipped = collect(args.run, bool(args.write))
    if args.write:
        with open(args.write, 'w', encoding='utf-8') as page:
            page.write(INTRODUCTION + make_table(rows))
        return 0
    with open(args.check, encoding='utf-8') as page:
        problems = compare(read_table(page.read()), rows, skipped)
    for problem in problems:
        print(problem)
    print(f'{len(rows)} results compared, {len(problems)} problems')
    return 1 if problems or not rows else 0


if __name__ == '__main__':
    sys.exit(main())
