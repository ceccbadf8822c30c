# SPDX-License-Identifier: LGPL-2.1-or-later
"""The test anything protocol: one line per case, the reason of a failure below it."""

import asyncio
import time
import traceback

CASES = []


def case(rule, strict=False):
    """Registers a coroutine as a case. Strict ones are skipped for servers that are known to differ."""

    def register(function):
        CASES.append((rule, function, strict))
        return function

    return register


async def run_cases(server, strict):
    failures = 0
    print(f"1..{len(CASES)}")
    for number, (rule, function, is_strict) in enumerate(CASES, 1):
        name = f"{rule}: {function.__doc__}"
        if is_strict and not strict:
            print(f"ok {number} - {name} # SKIP not asked of this server", flush=True)
            continue
        start = time.monotonic()
        try:
            async with asyncio.timeout(30):
                await function(server)
            print(f"ok {number} - {name}\n# {time.monotonic() - start:.2f} s", flush=True)
        except BaseException as error:
            if isinstance(error, (KeyboardInterrupt, SystemExit)):
                raise
            failures += 1
            print(f"not ok {number} - {name}")
            print("".join(f"# {line}\n" for line in traceback.format_exc().splitlines()), end="", flush=True)
    return failures
