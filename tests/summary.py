#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Adds up meson's JSON logs and prints the output of each failed test.

    summary.py [--quiet] [--also-failed N] label=path/to/testlog.json …

What is counted are test cases: each TAP line of a program that speaks TAP, and each other program once. A program
that fails without saying which case failed (a crash, a timeout) counts as one failed case more. The last line is
`N passed, M failed` with `, K skipped` where there are any. Exit code 1 when something failed or nothing ran.
"""

import argparse
import json
import re
import sys

TAP_LINE = re.compile(r'^(not )?ok\b(.*)$', re.MULTILINE)
TAP_PLAN = re.compile(r'^1\.\.\d+', re.MULTILINE)
GOOD = ('OK', 'EXPECTEDFAIL')


def count_cases(test):
    """(passed, failed, skipped) of one record of a meson JSON log."""
    stdout = test.get('stdout') or ''
    result = test['result']
    passed = failed = skipped = 0
    if TAP_PLAN.search(stdout):
        for match in TAP_LINE.finditer(stdout):
            if re.search(r'#\s*SKIP', match.group(2), re.IGNORECASE):
                skipped += 1
            elif match.group(1) and result not in GOOD:
                failed += 1
            else:
                passed += 1
    if result == 'SKIP':
        return passed, failed, max(skipped, 1)
    if result in GOOD:
        return (passed, failed, skipped) if passed + failed + skipped else (1, 0, 0)
    return passed, max(failed, 1), skipped


def read_log(path):
    with open(path, encoding='utf-8', errors='replace') as log:
        return [json.loads(line) for line in log if line.strip()]


def print_failure(label, test):
    print(f"\n---- {label}: {test['name']}: {test['result']} (exit code {test.get('returncode')}, "
          f"{test.get('duration', 0):.1f} s)")
    print(f"command: {' '.join(test.get('command', []))}")
    for stream in ('stdout', 'stderr'):
        text = (test.get(stream) or '').rstrip()
        if text:
            print(f'-- {stream}\n{text}')
    print('----')


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--quiet', action='store_true', help='one line per log, no output of failed tests')
    parser.add_argument('--also-failed', type=int, default=0, help='failures outside of the logs')
    parser.add_argument('logs', nargs='*', metavar='label=path')
    options = parser.parse_args(arguments)

    passed = failed = skipped = 0
    for log in options.logs:
        label, path = log.split('=', 1)
        tests = read_log(path)
        counts = [count_cases(test) for test in tests]
        sums = [sum(column) for column in zip(*counts)] or [0, 0, 0]
        print(f'{label}: {len(tests)} programs, {sums[0]} passed, {sums[1]} failed, {sums[2]} skipped')
        for test, (_, test_failed, _) in zip(tests, counts):
            if test_failed and not options.quiet:
                print_failure(label, test)
        passed, failed, skipped = passed + sums[0], failed + sums[1], skipped + sums[2]

    failed += options.also_failed
    print(f'{passed} passed, {failed} failed' + (f', {skipped} skipped' if skipped else ''))
    return 1 if failed or not passed else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
