# SPDX-License-Identifier: LGPL-2.1-or-later
"""One peer of the signalling protocol, on the WebSocket implementation of somebody else."""

import asyncio
import json

import websockets
from websockets.asyncio.client import connect

TIMEOUT = 10


class Peer:
    def __init__(self, socket):
        self.socket = socket
        self.id = None

    @classmethod
    async def join(cls, server, path="/", version=None, **options):
        peer = cls(await connect(server.url + path, max_size=None, open_timeout=TIMEOUT, **options))
        welcome = await peer.receive()
        assert welcome["type"] == "welcome", welcome
        peer.id = welcome["peerId"]
        assert isinstance(peer.id, str) and peer.id, welcome
        if version is not None:
            await peer.send("setProtocolVersion", version=version)
        return peer

    @classmethod
    async def join_as(cls, server, *roles, meta=None, **options):
        peer = await cls.join(server, **options)
        await peer.set_status(*roles, meta=meta)
        return peer

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        await self.close()

    async def send(self, kind, **fields):
        await self.send_text(json.dumps({"type": kind, **fields}))

    async def send_text(self, text):
        await self.socket.send(text)

    async def receive(self):
        text = await asyncio.wait_for(self.socket.recv(), TIMEOUT)
        assert isinstance(text, str), "a binary message"
        return json.loads(text)

    async def expect(self, kind, **fields):
        """The next message is of this kind and has these fields."""
        message = await self.receive()
        assert message["type"] == kind, f"{message} instead of {kind}"
        for name, value in fields.items():
            assert message.get(name) == value, f"{name} of {message} is not {value}"
        return message

    async def set_status(self, *roles, meta=None):
        """A status that is in effect when this returns; a listener hears of itself."""
        await self.send("setPeerStatus", roles=list(roles), meta=meta)
        if "listener" in roles:
            await self.expect("peerStatusChanged", peerId=self.id, roles=list(roles), meta=meta)
        else:
            await self.settle()

    async def settle(self):
        """The server has worked through what was sent, and had nothing to say to it."""
        await self.send("list")
        return (await self.expect("list"))["producers"]

    async def start_session(self, other, **fields):
        """A session in which the other one produces."""
        await self.send("startSession", peerId=other.id, **fields)
        session = (await self.expect("sessionStarted", peerId=other.id))["sessionId"]
        await other.expect("startSession", peerId=self.id, sessionId=session, offer=fields.get("offer"))
        return session

    async def relay(self, session, other, **content):
        await self.send("peer", sessionId=session, **content)
        await other.expect("peer", sessionId=session, **content)

    async def close(self, code=1000, reason=""):
        """The closing handshake; returns the code and the reason the server answered with."""
        closing = asyncio.create_task(self.socket.close(code, reason))
        # The library stops reading when too much is unread, and would not see the answer then.
        await self.wait_closed()
        await asyncio.wait_for(closing, TIMEOUT)
        return self.socket.protocol.close_rcvd

    def abort(self):
        """The connection breaks: a reset, or an end of file without Close."""
        self.socket.transport.abort()

    async def wait_closed(self):
        """What the server closed with."""
        try:
            while True:
                await asyncio.wait_for(self.socket.recv(), TIMEOUT)
        except websockets.ConnectionClosed:
            return self.socket.protocol.close_rcvd
