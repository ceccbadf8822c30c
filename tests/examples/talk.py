#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Talks to a signalling server with nothing but Python's standard library.

    talk.py ws://127.0.0.1:8443          what you type is sent, a message per line; what arrives is printed
    talk.py --tour ws://127.0.0.1:8443   a producer and a consumer meet, and part again

It is a client as simple as one can be, to try things and to read; applications use the library. wss:// works with
certificates that the system trusts.
"""

import argparse
import base64
import json
import os
import selectors
import socket
import ssl
import struct
import sys
from urllib.parse import urlsplit

TEXT, CLOSE, PING, PONG = 1, 8, 9, 10


class Connection:
    """A WebSocket (RFC 6455), client side."""

    def __init__(self, url, timeout=10):
        parts = urlsplit(url)
        secure = parts.scheme == 'wss'
        self.buffer = b''
        self.closed = False
        self.socket = socket.create_connection((parts.hostname, parts.port or (443 if secure else 80)), timeout)
        if secure:
            self.socket = ssl.create_default_context().wrap_socket(self.socket, server_hostname=parts.hostname)
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall((f'GET {parts.path or "/"} HTTP/1.1\r\nHost: {parts.netloc}\r\nUpgrade: websocket\r\n'
                             f'Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n'
                             ).encode())
        while b'\r\n\r\n' not in self.buffer:
            self.fill()
        head, self.buffer = self.buffer.split(b'\r\n\r\n', 1)
        status = head.split(b'\r\n', 1)[0].decode(errors='replace')
        if ' 101 ' not in status + ' ':
            raise ConnectionError(f'the server answered: {status}')

    def fill(self):
        data = self.socket.recv(65536)
        if not data:
            raise ConnectionError('the server ended the connection')
        self.buffer += data

    def take(self, count):
        while len(self.buffer) < count:
            self.fill()
        taken, self.buffer = self.buffer[:count], self.buffer[count:]
        return taken

    def send_frame(self, opcode, payload):
        """RFC 6455, 5.2: one frame, masked as a client must."""
        mask = os.urandom(4)
        size = len(payload)
        if size < 126:
            head = struct.pack('!BB', 0x80 | opcode, 0x80 | size)
        elif size < 65536:
            head = struct.pack('!BBH', 0x80 | opcode, 0x80 | 126, size)
        else:
            head = struct.pack('!BBQ', 0x80 | opcode, 0x80 | 127, size)
        self.socket.sendall(head + mask + bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload)))

    def receive_frame(self):
        first, second = self.take(2)
        size = second & 0x7f
        if size == 126:
            size, = struct.unpack('!H', self.take(2))
        elif size == 127:
            size, = struct.unpack('!Q', self.take(8))
        return first & 0x0f, self.take(size)

    def receive_text(self):
        """The next message; None when the server closes, which is answered (RFC 6455, 5.5.1)."""
        while True:
            opcode, payload = self.receive_frame()
            if opcode == PING:
                self.send_frame(PONG, payload)
            elif opcode == CLOSE:
                if not self.closed:
                    self.send_frame(CLOSE, payload[:2])
                self.closed = True
                return None
            elif opcode == TEXT:
                return payload.decode()

    def close(self, code=1000):
        """The closing handshake: our Close, then whatever still comes, until the server's Close."""
        rest = []
        if not self.closed:
            self.closed = True
            self.send_frame(CLOSE, struct.pack('!H', code))
            rest = list(iter(self.receive_text, None))
        self.socket.close()
        return rest


class Peer:
    """One side of the tour: prints what it says and hears."""

    def __init__(self, name, url):
        self.name = name
        self.connection = Connection(url)
        self.id = self.hear('welcome')['peerId']

    def say(self, **message):
        text = json.dumps(message)
        print(f'{self.name:>8} → server   {text}')
        self.connection.send_frame(TEXT, text.encode())

    def hear(self, kind):
        text = self.connection.receive_text()
        if text is None:
            raise ConnectionError(f'{self.name}: the server closed instead of sending "{kind}"')
        print(f'{self.name:>8} ← server   {text}')
        message = json.loads(text)
        if message['type'] != kind:
            raise ConnectionError(f'{self.name}: expected "{kind}"')
        return message

    def leave(self):
        self.connection.close()
        print(f'{self.name:>8}   closed, and the server answered the close')


def tour(url):
    print('-- A producer connects, and says what it is.')
    producer = Peer('producer', url)
    producer.say(type='setPeerStatus', roles=['producer', 'listener'], meta={'name': 'front door'})
    producer.hear('peerStatusChanged')
    print('-- A consumer connects, asks who is there, and wants a session.')
    consumer = Peer('consumer', url)
    consumer.say(type='list')
    assert producer.id in [entry['id'] for entry in consumer.hear('list')['producers']]
    consumer.say(type='startSession', peerId=producer.id)
    session = consumer.hear('sessionStarted')['sessionId']
    assert producer.hear('startSession')['sessionId'] == session
    print('-- Offer, answer and candidates pass from one to the other.')
    producer.say(type='peer', sessionId=session, sdp={'type': 'offer', 'sdp': 'v=0 ...'})
    consumer.hear('peer')
    consumer.say(type='peer', sessionId=session, sdp={'type': 'answer', 'sdp': 'v=0 ...'})
    producer.hear('peer')
    producer.say(type='peer', sessionId=session, ice={'candidate': 'candidate:1 1 UDP ...', 'sdpMLineIndex': 0})
    consumer.hear('peer')
    print('-- The consumer ends the session; the producer is told. Both leave by the closing handshake.')
    consumer.say(type='endSession', sessionId=session)
    producer.hear('endSession')
    consumer.leave()
    producer.leave()


def converse(url):
    connection = Connection(url)
    selector = selectors.DefaultSelector()
    selector.register(connection.socket, selectors.EVENT_READ)
    selector.register(sys.stdin, selectors.EVENT_READ)
    print('Connected. A line is a message, for example {"type": "list"}; the end of the input (Ctrl-D) closes.')
    while True:
        for key, _ in selector.select():
            if key.fileobj is sys.stdin:
                line = sys.stdin.readline()
                if not line:
                    print(*connection.close(), sep='\n')
                    return
                if line.strip():
                    connection.send_frame(TEXT, line.strip().encode())
                continue
            text = connection.receive_text()
            while text is not None:
                print(text, flush=True)
                if not connection.buffer:
                    break
                text = connection.receive_text()
            if text is None:
                print('The server closed the connection.')
                return


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--tour', action='store_true', help='play both sides of a session')
    parser.add_argument('url')
    options = parser.parse_args()
    try:
        (tour if options.tour else converse)(options.url)
    except (OSError, ValueError) as error:
        sys.exit(f'talk.py: {error}')
    except KeyboardInterrupt:
        pass


if __name__ == '__main__':
    main()
