# SPDX-License-Identifier: LGPL-2.1-or-later
"""The rules of the protocol against a server, with an independent WebSocket implementation.

    client.py [--strict] (URL | COMMAND [ARGUMENT...])

A command is started with --host and --port. --strict also asks for what this project asks of its own server beyond what
other servers of the protocol do.
"""

import asyncio
import socket
import sys
from urllib.parse import urlsplit

import rules  # noqa: F401 (registers the cases)
from tap import run_cases


class RunningServer:
    is_ours = False

    def __init__(self, url):
        self.url = url.rstrip("/")
        self.port = urlsplit(url).port

    async def stop(self):
        return 0


class OwnServer:
    is_ours = True

    def __init__(self, command):
        self.command = command
        self.process = None
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.port = listener.getsockname()[1]
        self.url = f"ws://127.0.0.1:{self.port}"

    async def start(self):
        arguments = [*self.command[1:], "--host", "127.0.0.1", "--port", str(self.port)]
        self.process = await asyncio.create_subprocess_exec(
            self.command[0], *arguments, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, limit=1 << 24
        )
        listening = asyncio.get_running_loop().create_future()
        self.reader = asyncio.create_task(self.read_output(listening))
        if not await asyncio.wait_for(listening, 20):
            sys.exit(f"'{' '.join(self.command)}' ended at once")

    async def read_output(self, listening):
        """Servers of the protocol say that they listen; whatever else they say goes into the log of the test."""
        while line := (await self.process.stdout.readline()).decode(errors="replace"):
            if "listening" in line.lower() and not listening.done():
                listening.set_result(True)
            else:
                printable = "".join(c if c.isprintable() else "?" for c in line.rstrip()[:200])
                print(f"# server: {printable}", flush=True)
        if not listening.done():
            listening.set_result(False)

    async def stop(self):
        if self.process.returncode is None:
            self.process.terminate()
        return await asyncio.wait_for(self.process.wait(), 10)


async def main(arguments):
    strict = arguments[0] == "--strict"
    server_arguments = arguments[1:] if strict else arguments
    if "://" in server_arguments[0]:
        return await run_cases(RunningServer(server_arguments[0]), strict)
    server = OwnServer(server_arguments)
    await server.start()
    try:
        return await run_cases(server, strict)
    finally:
        await server.stop()


sys.exit(1 if asyncio.run(main(sys.argv[1:])) else 0)
