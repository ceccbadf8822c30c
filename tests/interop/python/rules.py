# SPDX-License-Identifier: LGPL-2.1-or-later
"""The rules of docs/protocol.md, by their numbers, as an independent client sees them."""

import asyncio
import http.client
import socket
import struct
import time

from peer import Peer
from tap import case

ANSWER = {"type": "answer", "sdp": "v=0\r\nanswer ünïcødé \\ \"quoted\"\r\n"}
OFFER = {"type": "offer", "sdp": "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\n"}
ICE = {"candidate": "candidate:1 1 udp 1 192.0.2.1 9 typ host", "sdpMLineIndex": 0}


@case("1")
async def welcome(server):
    """Everybody is welcomed first, by an id of their own, whatever path, origin and headers they come with."""
    async with await Peer.join(server) as a, await Peer.join(
        server, "/any/path?and=query", origin="https://elsewhere.example", additional_headers={"X-Other": "1"}
    ) as b:
        assert a.id != b.id


@case("2")
async def status(server):
    """A status is told to listeners with meta equal digit by digit, and under the sender's own id."""
    meta = {"big": 9007199254740993, "min": -9223372036854775808, "deep": [{"a": [None, True, "ü✓"]}], "": ""}
    async with await Peer.join_as(server, "listener") as listener, await Peer.join(server) as producer:
        await producer.send("setPeerStatus", roles=["producer"], meta=meta, peerId="somebody else")
        await listener.expect("peerStatusChanged", roles=["producer"], meta=meta, peerId=producer.id)


@case("2")
async def same_status(server):
    """A status equal to the last one is not told again."""
    async with await Peer.join_as(server, "listener") as listener, await Peer.join(server) as producer:
        for n in (1, 1, 2):
            await producer.send("setPeerStatus", roles=["producer"], meta={"n": n}, peerId=producer.id)
        await listener.expect("peerStatusChanged", peerId=producer.id, meta={"n": 1})
        await listener.expect("peerStatusChanged", peerId=producer.id, meta={"n": 2})


@case("2", strict=True)
async def same_status_without_id(server):
    """Nor when it leaves out the id."""
    async with await Peer.join_as(server, "listener") as listener, await Peer.join(server) as producer:
        await producer.send("setPeerStatus", roles=["producer"], meta={"n": 1}, peerId=producer.id)
        await producer.send("setPeerStatus", roles=["producer"], meta={"n": 1})
        await producer.send("setPeerStatus", roles=["producer"], meta={"n": 2})
        await listener.expect("peerStatusChanged", peerId=producer.id, meta={"n": 1})
        await listener.expect("peerStatusChanged", peerId=producer.id, meta={"n": 2})


@case("2")
async def both_roles(server):
    """Producer with consumer is an error, and the old status stays."""
    async with await Peer.join_as(server, "producer") as producer:
        await producer.send("setPeerStatus", roles=["producer", "consumer"], meta={"x": 1})
        await producer.expect("error")
        assert {"id": producer.id, "meta": None} in await producer.settle()


@case("3")
async def lists(server):
    """Lists name who has the role, the asker included, to the asker only."""
    async with await Peer.join_as(server, "producer", meta={"n": 1}) as producer, await Peer.join_as(
        server, "consumer", meta={"n": 2}
    ) as consumer:
        assert {"id": producer.id, "meta": {"n": 1}} in await producer.settle()
        await producer.send("listConsumers")
        assert {"id": consumer.id, "meta": {"n": 2}} in (await producer.expect("listConsumers"))["consumers"]
        assert consumer.id not in [entry["id"] for entry in await consumer.settle()]


@case("4")
async def session_to_producer(server):
    """A session with a producer makes the asker its consumer, whatever its role; with the offer, if there is one."""
    async with await Peer.join_as(server, "producer") as producer, await Peer.join(server) as consumer:
        first = await consumer.start_session(producer)
        second = await consumer.start_session(producer, offer=OFFER["sdp"])
        assert first != second
        await producer.relay(first, consumer, sdp=OFFER)
        await consumer.relay(second, producer, ice=ICE)


@case("4")
async def session_to_consumer(server):
    """A session with a passive consumer makes the asker its producer."""
    async with await Peer.join_as(server, "consumer") as consumer, await Peer.join(server) as producer:
        await producer.send("startSession", peerId=consumer.id)
        session = (await consumer.expect("sessionStarted", peerId=producer.id))["sessionId"]
        await producer.expect("startSession", peerId=consumer.id, sessionId=session)
        await producer.relay(session, consumer, sdp=OFFER)


@case("4")
async def session_to_nobody(server):
    """A session with nobody, or with somebody who is neither, is an error."""
    async with await Peer.join(server) as asker, await Peer.join(server) as other:
        await asker.send("startSession", peerId="nobody")
        await asker.expect("error")
        await asker.send("startSession", peerId=other.id)
        await asker.expect("error")
        await other.settle()


@case("5")
async def relay(server):
    """Descriptions and candidates reach the other side unaltered, with members nobody here knows left alone."""
    async with await Peer.join_as(server, "producer") as producer, await Peer.join(server) as consumer:
        session = await consumer.start_session(producer)
        await producer.relay(session, consumer, sdp=OFFER)
        await consumer.relay(session, producer, sdp=ANSWER)
        await producer.relay(session, consumer, ice=ICE)
        await consumer.send("peer", sessionId=session, ice={**ICE, "sdpMid": "0", "usernameFragment": "x"}, more=1)
        message = await producer.expect("peer", sessionId=session)
        assert {key: message["ice"][key] for key in ICE} == ICE, message


@case("5")
async def relay_order(server):
    """A thousand messages arrive in order, none is lost."""
    async with await Peer.join_as(server, "producer") as producer, await Peer.join(server) as consumer:
        session = await consumer.start_session(producer)
        for n in range(1000):
            await producer.send("peer", sessionId=session, ice={"candidate": str(n), "sdpMLineIndex": n})
        for n in range(1000):
            await consumer.expect("peer", sessionId=session, ice={"candidate": str(n), "sdpMLineIndex": n})


@case("5")
async def relay_large(server):
    """A description of 300 KiB arrives unaltered, sent as one frame or as many."""
    sdp = {"type": "answer", "sdp": "".join(f"a=line:{n} \u00fc\r\n" for n in range(18000))}
    async with await Peer.join_as(server, "producer") as producer, await Peer.join(server) as consumer:
        session = await consumer.start_session(producer)
        await consumer.relay(session, producer, sdp=sdp)


@case("5")
async def wrong_offer(server):
    """An offer from the consumer is an error, is not passed on, and the session goes on."""
    async with await Peer.join_as(server, "producer") as producer, await Peer.join(server) as consumer:
        session = await consumer.start_session(producer)
        await consumer.send("peer", sessionId=session, sdp=OFFER)
        await consumer.expect("error")
        await consumer.relay(session, producer, sdp=ANSWER)


@case("5")
async def outsider_relays(server):
    """Somebody outside of the session is told an error, and nobody is disturbed."""
    async with await Peer.join_as(server, "producer") as producer, await Peer.join(server) as consumer:
        async with await Peer.join(server) as outsider:
            session = await consumer.start_session(producer)
            await outsider.send("peer", sessionId=session, ice=ICE)
            await outsider.expect("error")
            await producer.relay(session, consumer, sdp=OFFER)


@case("5, 6")
async def ended_session(server):
    """Messages for a session that is over, or never was, are ignored without a word."""
    async with await Peer.join_as(server, "producer") as producer, await Peer.join(server) as consumer:
        session = await consumer.start_session(producer)
        await consumer.send("endSession", sessionId=session)
        await producer.expect("endSession", sessionId=session)
        for peer in (producer, consumer):
            await peer.send("endSession", sessionId=session)
            await peer.send("peer", sessionId=session, ice=ICE)
            await peer.send("endSession", sessionId="never")
            await peer.settle()


@case("5")
async def wrong_contents(server):
    """Contents that are neither a description nor a candidate are not passed on."""
    async with await Peer.join_as(server, "producer") as producer, await Peer.join(server) as consumer:
        session = await consumer.start_session(producer)
        for wrong in ({"sdp": {"type": "rollback", "sdp": ""}}, {"ice": {"candidate": 1}}, {"other": {}}, {}):
            await consumer.send("peer", sessionId=session, **wrong)
        await consumer.send("peer", sessionId=session, ice=ICE)
        await producer.expect("peer", sessionId=session, ice=ICE)


@case("6")
async def ends(server):
    """Either side ends a session, the other one is told once, the sender nothing."""
    async with await Peer.join_as(server, "producer") as producer, await Peer.join(server) as consumer:
        for one, other in ((producer, consumer), (consumer, producer)):
            session = await consumer.start_session(producer)
            await one.send("endSession", sessionId=session)
            await other.expect("endSession", sessionId=session)
            await one.settle()
            await other.settle()


@case("6", strict=True)
async def outsider_ends(server):
    """An outsider who ends a session is told an error, and the session goes on."""
    async with await Peer.join_as(server, "producer") as producer, await Peer.join(server) as consumer:
        async with await Peer.join(server) as outsider:
            session = await consumer.start_session(producer)
            await outsider.send("endSession", sessionId=session)
            await outsider.expect("error")
            await producer.relay(session, consumer, sdp=OFFER)


@case("7", strict=True)
async def versions(server):
    """The version is set by the first message only."""
    async with await Peer.join(server, version="v1_1") as peer:
        await peer.settle()
        await peer.send("setProtocolVersion", version="v1_0")
        await peer.expect("error")


@case("7", strict=True)
async def end_with_error(server):
    """An error text reaches who speaks 1.1; others are told the plain end."""
    async with await Peer.join_as(server, "producer", version="v1_1") as producer:
        async with await Peer.join(server, version="v1_1") as new, await Peer.join(server) as old:
            session = await new.start_session(producer)
            await producer.send("endSessionV1_1", sessionId=session, error="no more ✓")
            await new.expect("endSessionV1_1", sessionId=session, error="no more ✓")
            session = await new.start_session(producer)
            await new.send("endSession", sessionId=session)
            await producer.expect("endSessionV1_1", sessionId=session, error=None)
            session = await old.start_session(producer)
            await producer.send("endSessionV1_1", sessionId=session, error="no more")
            assert "error" not in await old.expect("endSession", sessionId=session)


@case("7", strict=True)
async def error_from_old_peer(server):
    """A peer of 1.0 must not end a session with an error: it is told so, and the session goes on."""
    async with await Peer.join_as(server, "producer") as producer, await Peer.join(server) as consumer:
        session = await consumer.start_session(producer)
        await consumer.send("endSessionV1_1", sessionId=session, error="too new")
        await consumer.expect("error")
        await producer.relay(session, consumer, sdp=OFFER)


async def check_leaving(server, leave):
    async with await Peer.join_as(server, "listener") as listener, await Peer.join(server) as consumer:
        producer = await Peer.join_as(server, "producer", meta={"n": 7})
        await listener.expect("peerStatusChanged", roles=["producer"], peerId=producer.id)
        sessions = [await consumer.start_session(producer) for _ in range(3)]
        await leave(producer)
        ended = [(await consumer.expect("endSession"))["sessionId"] for _ in sessions]
        assert sorted(ended) == sorted(sessions)
        await listener.expect("peerStatusChanged", roles=[], meta={"n": 7}, peerId=producer.id)
        await consumer.settle()
        await producer.socket.close()


@case("8")
async def leaving_politely(server):
    """Who closes leaves its sessions, told once each, then the listeners."""
    await check_leaving(server, lambda peer: peer.close())


@case("8")
async def leaving_abruptly(server):
    """Who is cut off leaves in the same way."""

    async def cut(peer):
        peer.abort()

    await check_leaving(server, cut)


@case("8")
async def giving_up_a_role(server):
    """Who stops producing ends what it produces, and keeps what it consumes."""
    async with await Peer.join_as(server, "producer") as a, await Peer.join_as(server, "producer") as b:
        produced = await b.start_session(a)
        consumed = await a.start_session(b)
        await a.send("setPeerStatus", roles=[])
        await b.expect("endSession", sessionId=produced)
        await b.relay(consumed, a, sdp=OFFER)


BAD_TEXTS = (
    "", "{", "null", "[]", "42", '"list"', "{}", '{"type": 1}', '{"type": "unheard of"}', '{"type": "setPeerStatus"}',
    '{"type": "setPeerStatus", "roles": "producer"}', '{"type": "setPeerStatus", "roles": ["king"]}',
    '{"type": "startSession"}', '{"type": "startSession", "peerId": 5}', '{"type": "peer", "sessionId": "x"}',
    '{"type": "endSession", "sessionId": null}', '{"type": "list"', "[" * 5000, '{"a":' * 5000,
    '{"type": "\ud800"}'.encode("utf-8", "replace").decode(), "\x00", '{"type": "list"}x', "x" * 200000,
)


@case("9")
async def bad_input(server):
    """Nothing a client can write ends its connection, or is noticed by somebody else."""
    async with await Peer.join_as(server, "listener") as listener, await Peer.join(server) as clumsy:
        for text in BAD_TEXTS:
            await clumsy.send_text(text)
        await clumsy.socket.send(b"\x00\x01\x02")
        await clumsy.send("listConsumers")
        kinds = {"error"}
        while kinds == {"error"}:
            kinds = {(await clumsy.receive())["type"]} or kinds
        assert kinds == {"listConsumers"}, kinds
        await listener.settle()


@case("9", strict=True)
async def internal_words(server):
    """A client that sends words of the server's own changes nothing."""
    async with await Peer.join_as(server, "producer") as producer, await Peer.join(server) as consumer:
        session = await consumer.start_session(producer)
        await producer.send("newPeer")
        await producer.send("listConsumers")
        message = await producer.receive()
        if message["type"] == "error":
            message = await producer.receive()
        assert message["type"] == "listConsumers", message
        await producer.relay(session, consumer, sdp=OFFER)


@case("10")
async def fragments(server):
    """A message may come in pieces with pings between them, and pings are answered."""
    text = '{"type": "listConsumers", "ignored": "' + "ü" * 2000 + '"}'

    async def pieces():
        for start in range(0, len(text), 100):
            yield text[start : start + 100]
            await (await peer.socket.ping())

    async with await Peer.join(server) as peer:
        await peer.socket.send(pieces())
        await peer.expect("listConsumers")


@case("11", strict=True)
async def close_codes(server):
    """A Close is answered by a Close with its code, and TCP ends within two seconds."""
    for code in (1000, 1001, 3000, 4999):
        peer = await Peer.join(server)
        start = time.monotonic()
        answer = await peer.close(code, "good bye")
        assert answer is not None and answer.code == code, f"{code} was answered by {answer}"
        assert time.monotonic() - start < 2


@case("11", strict=True)
async def close_under_flood(server):
    """Also while the closing one is being flooded."""
    async with await Peer.join_as(server, "producer") as producer:
        consumer = await Peer.join(server)
        session = await consumer.start_session(producer)
        for n in range(2000):
            await producer.send("peer", sessionId=session, ice={"candidate": "x" * 500, "sdpMLineIndex": n})
        answer = await consumer.close(1000)
        assert answer is not None and answer.code == 1000, answer
        await producer.expect("endSession", sessionId=session)


@case("12", strict=True)
async def plain_http(server):
    """A request that is no upgrade gets an HTTP status, and so does one that is no request."""
    for method, headers, expected in (
        ("GET", {}, range(200, 500)),
        ("POST", {}, range(400, 500)),
        ("GET", {"Upgrade": "websocket", "Connection": "Upgrade"}, range(400, 500)),
        ("GET", {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
                 "Sec-WebSocket-Version": "8"}, range(400, 500)),
    ):
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
        await asyncio.to_thread(connection.request, method, "/", headers=headers)
        response = await asyncio.to_thread(connection.getresponse)
        assert response.status in expected, f"{method} {headers}: {response.status}"
        connection.close()


@case("13", strict=True)
async def deaf_peer(server):
    """Somebody who never reads while megabytes are sent to it delays nobody else."""
    deaf = await Peer.join_as(server, "producer")
    deaf.socket.transport.pause_reading()
    async with await Peer.join(server) as sender, await Peer.join(server) as other:
        await sender.send("startSession", peerId=deaf.id)
        session = (await sender.expect("sessionStarted"))["sessionId"]
        flood = asyncio.create_task(flood_session(sender, session))
        worst = 0.0
        while not flood.done():
            start = time.monotonic()
            await other.settle()
            worst = max(worst, time.monotonic() - start)
        assert worst < 1, f"a list took {worst} s"
        await sender.expect("endSession", sessionId=session)
        deaf.abort()


async def flood_session(sender, session):
    for _ in range(100):
        await sender.send("peer", sessionId=session, sdp={"type": "answer", "sdp": "x" * 250000})


@case("13", strict=True)
async def unfinished_requests(server):
    """Silent connections and half requests delay nobody."""
    silent = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(200)]
    for connection in silent[::2]:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: webs")
    start = time.monotonic()
    async with await Peer.join(server) as peer:
        await peer.settle()
    assert time.monotonic() - start < 2
    for connection in silent:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()


@case("11", strict=True)
async def server_stops(server):
    """A server that is told to stop closes everybody with 1001, and ends well within five seconds."""
    if not server.is_ours:
        return
    peers = [await Peer.join(server) for _ in range(50)]
    start = time.monotonic()
    status = await server.stop()
    assert status == 0, f"the server ended with {status}"
    assert time.monotonic() - start < 5
    for peer in peers:
        close = await peer.wait_closed()
        assert close is not None and close.code == 1001, close
