#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A signaller of one's own in Python: one JSON object per line over any socket, one session per connection.

    meson devenv -C build python3 tests/examples/custom_signaller.py

runs both ends in one process. Between two computers, or two terminals:

    meson devenv -C build python3 tests/examples/custom_signaller.py --listen 9000
    meson devenv -C build python3 tests/examples/custom_signaller.py --connect localhost:9000

Whoever connects is the consumer; whoever listens produces. In place of elements there are two small users here that
print what they hear, and end the session once each has heard from the other.
"""

import argparse
import json
import socket
import sys
import threading

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstSdp", "1.0")
gi.require_version("GstWebRTC", "1.0")
gi.require_version("GstSignalling", "1.0")
from gi.repository import GObject, Gst, GstSdp, GstSignalling, GstWebRTC  # noqa: E402

SESSION = "1"
OFFER, ANSWER = GstWebRTC.WebRTCSDPType.OFFER, GstWebRTC.WebRTCSDPType.ANSWER


class LineSignaller(GObject.Object, GstSignalling.Signaller):
    """Reads in a thread of its own, which is also the thread of every signal it emits by itself."""

    # Every signaller has to have this one.
    manual_sdp_munging = GObject.Property(type=bool, default=False, flags=GObject.ParamFlags.READABLE)

    def __init__(self, connection, consumes):
        super().__init__()
        self.connection = connection
        self.consumes = consumes
        self.stopped = False
        self.write_lock = threading.Lock()  # requests come from any thread; never held while emitting
        self.reader = threading.Thread(target=self.read, name="line-signaller", daemon=True)

    # What the user of this signaller asks of it: True where that is handled.

    def do_start(self):
        self.reader.start()
        if self.consumes:
            self.send(type="start", peer=socket.gethostname())
        return True

    def do_stop(self):
        self.stopped = True
        try:
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # the other side was faster
        return True

    def do_send_session_description(self, session_id, description):
        kind = "offer" if description.type == OFFER else "answer"
        return self.send(type=kind, sdp=description.sdp.as_text())

    def do_send_ice(self, session_id, candidate, sdp_m_line_index, sdp_mid):
        return self.send(type="ice", candidate=candidate, index=sdp_m_line_index, mid=sdp_mid)

    def do_end_session(self, session_id):
        return self.send(type="end")

    # The connection

    def send(self, **message):
        line = json.dumps(message).encode() + b"\n"
        try:
            with self.write_lock:
                self.connection.sendall(line)
        except OSError:
            pass  # the reading thread tells how the connection ended
        return True

    def read(self):
        try:
            with self.connection.makefile("rb") as lines:
                for line in lines:
                    self.receive_line(line)
        except OSError as reason:
            if not self.stopped:
                self.error(f"The connection was lost: {reason}")
                return
        initiator = GstSignalling.SignallingInitiator
        self.connection_closed(GstSignalling.SignallingCloseInfo.new_orderly(
            initiator.LOCAL if self.stopped else initiator.REMOTE, True, 0, None, False))

    def receive_line(self, line):
        try:
            self.receive(json.loads(line))
        except (ValueError, KeyError, TypeError) as reason:
            self.warning(f"A line could not be understood: {reason}")

    def receive(self, message):
        kind = message["type"]
        if kind == "start":
            self.send(type="started", peer=socket.gethostname())
            self.session_requested(SESSION, message["peer"], None)
        elif kind == "started":
            self.session_started(SESSION, message["peer"])
        elif kind in ("offer", "answer"):
            result, sdp = GstSdp.SDPMessage.new_from_text(message["sdp"])
            if result != GstSdp.SDPResult.OK:
                raise ValueError("no session description")
            sdp_type = OFFER if kind == "offer" else ANSWER
            self.session_description(SESSION, GstWebRTC.WebRTCSessionDescription.new(sdp_type, sdp))
        elif kind == "ice":
            self.handle_ice(SESSION, message["index"], message["mid"], message["candidate"])
        elif kind == "end":
            self.session_ended(SESSION)


class User:
    """What an element would be: answers, and says what it hears."""

    def __init__(self, name, signaller):
        self.name = name
        self.signaller = signaller
        self.over = threading.Event()
        self.heard = []
        signaller.connect("session-requested", self.on_session_requested)
        signaller.connect("session-started", self.on_session_started)
        signaller.connect("session-description", self.on_session_description)
        signaller.connect("handle-ice", self.on_handle_ice)
        signaller.connect("session-ended", self.on_session_ended)
        signaller.connect("connection-closed", self.on_connection_closed)
        signaller.connect("warning", lambda signaller, text: self.say(f"warning: {text}"))
        signaller.connect("error", self.on_error)

    def say(self, what):
        self.heard.append(what)
        print(f"{self.name}: {what}", flush=True)

    def send(self, sdp_type):
        _, sdp = GstSdp.SDPMessage.new_from_text("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=example\r\nt=0 0\r\n")
        self.signaller.send_session_description(SESSION, GstWebRTC.WebRTCSessionDescription.new(sdp_type, sdp))

    def on_session_requested(self, signaller, session_id, peer_id, offer):
        self.say("somebody wants a session")
        self.send(OFFER)

    def on_session_started(self, signaller, session_id, peer_id):
        self.say("the session has started")

    def on_session_description(self, signaller, session_id, description):
        if description.type == OFFER:
            self.say("an offer has come")
            self.send(ANSWER)
        else:
            self.say("an answer has come")
            signaller.send_ice(session_id, "candidate:1 1 UDP 1 127.0.0.1 9 typ host", 0, None)

    def on_handle_ice(self, signaller, session_id, sdp_m_line_index, sdp_mid, candidate):
        self.say("a candidate has come")
        signaller.end_session(session_id)
        signaller.stop()

    def on_session_ended(self, signaller, session_id):
        self.say("the session has ended")
        return True

    def on_connection_closed(self, signaller, info):
        self.say(f"the connection has ended ({info.to_string()})")
        self.over.set()

    def on_error(self, signaller, text):
        self.say(f"error: {text}")
        self.over.set()


def run(*users):
    for user in users:
        user.signaller.start()
    for user in users:
        if not user.over.wait(10):
            print(f"{user.name}: nothing has happened for 10 seconds", file=sys.stderr)
            return 1
    return 0 if all(not heard.startswith("error") for user in users for heard in user.heard) else 1


def main():
    parser = argparse.ArgumentParser(description="Signalling by lines of JSON.")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--listen", type=int, metavar="PORT")
    how.add_argument("--connect", metavar="HOST:PORT")
    options = parser.parse_args()
    Gst.init(None)
    if options.listen is not None:
        with socket.create_server(("", options.listen)) as server:
            return run(User("producer", LineSignaller(server.accept()[0], False)))
    if options.connect:
        host, port = options.connect.rsplit(":", 1)
        return run(User("consumer", LineSignaller(socket.create_connection((host, int(port))), True)))
    one, other = socket.socketpair()
    producer, consumer = User("producer", LineSignaller(one, False)), User("consumer", LineSignaller(other, True))
    code = run(producer, consumer)
    return code if "the session has ended" in producer.heard else 1


if __name__ == "__main__":
    sys.exit(main())
