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
            self.command[0], *arguments, stdout=asyncio.subprocess.DEVNULL
        )
        for _ in range(200):
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", self.port)
                writer.close()
                return
            except OSError:
                await asyncio.sleep(0.05)
        sys.exit(f"'{' '.join(self.command)}' does not listen")

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
