#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The program as users run it: options, exit codes, what it says, signals, few descriptors. Only Python's own modules.

Usage: gst_signalling_server.py PROGRAM CERTIFICATES"""

import json
import os
import resource
import select
import signal
import socket
import struct
import subprocess
import sys
import time
import traceback

PROGRAM, CERTIFICATES = sys.argv[1:3]
SLOW = int(os.environ.get("GST_SIGNALLING_TEST_SLOW", "1"))
PATIENCE = 15 * SLOW
KEY = "dGhlIHNhbXBsZSBub25jZQ=="
CASES = []


def case(function):
    CASES.append(function)
    return function


def certificate(name):
    return os.path.join(CERTIFICATES, name)


def run(*arguments, **options):
    """Runs it to its end: exit code, standard output, standard error."""
    done = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=PATIENCE, **options)
    return done.returncode, done.stdout, done.stderr


def expect_failure(code, says, *arguments, **options):
    """One sentence on the standard error, nothing on the other."""
    returned, out, err = run(*arguments, **options)
    assert returned == code, (returned, err)
    assert out == "", out
    lines = [line for line in err.splitlines() if line.startswith("gst-signalling-server: ")]
    assert len(lines) == 1 and len(err.splitlines()) == 1, err
    assert says in err, err


class Server:
    def __init__(self, *arguments, **options):
        self.process = subprocess.Popen(
            [PROGRAM, "--host", "127.0.0.1", "--port", "0", *arguments],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)
        line = self.process.stdout.readline()
        assert line.startswith("Listening on "), (line, self.process.stderr.read())
        self.port = int(line.rsplit(":", 1)[1].strip("/\n"))

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()

    def end(self, number=signal.SIGTERM, within=5):
        """Sends the signal; its log, when it has ended as promised."""
        start = time.monotonic()
        self.process.send_signal(number)
        _, log = self.process.communicate(timeout=within * SLOW)
        assert time.monotonic() - start < within * SLOW
        assert self.process.returncode == 0, (self.process.returncode, log)
        return log


class Client:
    """A WebSocket client that answers a Close only when told to."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self.data = b""
        self.socket.sendall((f"GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                             f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {KEY}\r\n\r\n").encode())
        while b"\r\n\r\n" not in self.data:
            self.fill()
        head, self.data = self.data.split(b"\r\n\r\n", 1)
        assert b" 101 " in head.split(b"\r\n")[0], head
        self.id = self.expect("welcome")["peerId"]

    def fill(self):
        chunk = self.socket.recv(65536)
        if not chunk:
            raise EOFError("the connection ended")
        self.data += chunk

    def take(self, size):
        while len(self.data) < size:
            self.fill()
        taken, self.data = self.data[:size], self.data[size:]
        return taken

    def frame(self):
        opcode, size = self.take(2)
        if size == 126:
            size, = struct.unpack(">H", self.take(2))
        elif size == 127:
            size, = struct.unpack(">Q", self.take(8))
        return opcode & 15, self.take(size)

    def send(self, payload, opcode=1):
        assert len(payload) < 65536
        size = bytes([0x80 | len(payload)]) if len(payload) < 126 else struct.pack(">BH", 0x80 | 126, len(payload))
        self.socket.sendall(bytes([0x80 | opcode]) + size + b"\0\0\0\0" + payload)

    def say(self, kind, **members):
        self.send(json.dumps({"type": kind, **members}).encode())

    def expect(self, kind):
        opcode, payload = self.frame()
        assert opcode == 1, (opcode, payload)
        message = json.loads(payload)
        assert message["type"] == kind, message
        return message

    def expect_close(self, code):
        while True:
            opcode, payload = self.frame()
            if opcode == 8:
                assert struct.unpack(">H", payload[:2])[0] == code, payload
                return

    def answer(self, code):
        self.send(struct.pack(">H", code), 8)

    def close(self):
        self.socket.close()


@case
def help_and_version():
    """--help and --version print to the standard output and end with 0"""
    for option in ("--help", "-h"):
        code, out, err = run(option)
        assert code == 0 and err == "" and "--max-connections" in out, (code, out, err)
    for option in ("--version", "-V"):
        code, out, err = run(option)
        assert code == 0 and err == "" and out.startswith("gst-signalling-server "), (code, out, err)


@case
def senseless_options():
    """options that make no sense end it with 2 and a sentence"""
    expect_failure(2, "--nonsense", "--nonsense")
    expect_failure(2, "surplus", "surplus")
    expect_failure(2, "--log-level", "--log-level", "loud")
    for number in ("x", "70000", "99999999999", "-5", "-1", "1x", ""):
        expect_failure(2, "" if number in ("x", "1x", "", "99999999999") else "--port", "--port", number)
    for option in ("max-connections", "max-connections-per-address", "max-message-size", "max-queue-size",
                   "max-messages-per-second", "handshake-timeout", "ping-interval", "pong-timeout"):
        expect_failure(2, f"--{option}", f"--{option}=-1")
    expect_failure(2, "--max-message-size", "--max-message-size", "10")
    expect_failure(2, "--port", "--port")


@case
def port_in_use():
    """a port that is in use ends it with 1"""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        expect_failure(1, "in use", "--host", "127.0.0.1", "--port", str(taken.getsockname()[1]))


@case
def no_such_address():
    """an address that is not ours, or nobody's, ends it with 1"""
    expect_failure(1, "192.0.2.1", "--host", "192.0.2.1", "--port", "0")
    expect_failure(1, "nobody.invalid", "--host", "nobody.invalid", "--port", "0")


@case
def privileged_port():
    """a port that this user may not have ends it with 1"""
    with open("/proc/sys/net/ipv4/ip_unprivileged_port_start", encoding="ascii") as file:
        if int(file.read()) <= 1:
            return "ports are not privileged here"
    nobody = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
    if nobody and subprocess.run([PROGRAM, "--version"], capture_output=True, check=False, **nobody).returncode != 0:
        return "another user cannot run the program from here"
    expect_failure(1, "ermission", "--host", "127.0.0.1", "--port", "1", **nobody)
    return None


@case
def certificates():
    """certificates that cannot be used end it with 3, and there is no plain text instead"""
    good = certificate("localhost.pem")
    for cert, key, says in ((good, certificate("mismatched.key"), "does not fit"), ("/nonexistent", None, "/nonexistent"),
                            (good, "/nonexistent", "/nonexistent"), (good, None, "localhost.pem"),
                            (certificate("make-certificates.sh"), certificate("localhost.key"), "PEM")):
        key_option = ["--key", key] if key else []
        expect_failure(3, says, "--port", "0", "--cert", cert, *key_option)
    expect_failure(3, "key", "--port", "0", "--key", certificate("localhost.key"))


@case
def tls():
    """with a certificate it says wss"""
    process = subprocess.Popen(
        [PROGRAM, "--host", "::1", "-p", "0", "-c", certificate("localhost.pem"), "-k", certificate("localhost.key")],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    line = process.stdout.readline()
    process.terminate()
    _, err = process.communicate(timeout=PATIENCE)
    if not line and "::1" in err:
        return "there is no IPv6 here"
    assert line.startswith("Listening on wss://[::1]:"), line
    assert process.returncode == 0, err
    return None


@case
def signals():
    """SIGTERM and SIGINT, once or twice: Close 1001 to those who answer and those who do not, and 0 within five seconds"""
    for number in (signal.SIGTERM, signal.SIGINT):
        with Server() as server:
            answering, silent = Client(server.port), Client(server.port)
            half = socket.create_connection(("127.0.0.1", server.port))
            half.sendall(b"GET / HT")
            server.process.send_signal(number)
            answering.expect_close(1001)
            answering.answer(1001)
            assert answering.socket.recv(1) == b""
            silent.expect_close(1001)
            server.end(number)
            for client in (answering, silent, half):
                client.close()


@case
def signal_without_clients():
    """without clients it ends at once"""
    with Server() as server:
        server.end(within=2)


@case
def log():
    """at info the log says who came, from where, what for, and how it left; SDP and candidates are only in trace"""
    for level in ("info", "debug", "trace"):
        with Server("--log-level", level) as server:
            producer, consumer = Client(server.port), Client(server.port)
            producer.say("setPeerStatus", roles=["producer"], meta={"token": "secret-meta"})
            while not consumer.say("list") and not consumer.expect("list")["producers"]:
                pass
            consumer.say("startSession", peerId=producer.id)
            session = consumer.expect("sessionStarted")["sessionId"]
            producer.expect("startSession")
            producer.say("peer", sessionId=session, sdp={"type": "offer", "sdp": "v=0\r\na=ice-pwd:secret-password\r\n"})
            producer.say("peer", sessionId=session, ice={"candidate": "candidate:secret-address", "sdpMLineIndex": 0})
            consumer.expect("peer")
            consumer.expect("peer")
            consumer.send(b'{"type": "peer", "sessionId": 7, "sdp": {"type": "answer", "sdp": "secret-broken"}}')
            consumer.expect("error")
            consumer.answer(4001)
            consumer.expect_close(4001)
            producer.expect("endSession")
            producer.close()
            consumer.close()
            text = server.end()
        for expected in (f"peer {producer.id} came from 127.0.0.1", f"peer {producer.id} is now: producer",
                         f"session {session} started", f"session {session} ended: consumer-left",
                         f"peer {consumer.id} left: clean", "4001", f"peer {producer.id} left: "):
            assert expected in text, (expected, text)
        if level != "trace":
            assert "secret" not in text, text


@case
def quiet():
    """--log-level none is silent"""
    with Server("--log-level", "none") as server:
        Client(server.port).close()
        assert server.end() == ""


@case
def few_descriptors():
    """out of descriptors it serves those it has, and takes new ones when others leave"""
    def limit():
        resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40))

    with Server("--log-level", "warning", preexec_fn=limit) as server:
        clients, waiting = [], []
        while not waiting and len(clients) < 60:
            try:
                clients.append(Client(server.port))
            except (EOFError, ConnectionError):
                waiting.append(None)
        assert 5 < len(clients) < 40, len(clients)
        for _ in range(20):
            waiting.append(socket.create_connection(("127.0.0.1", server.port)))
        for client in clients:
            client.say("list")
            client.expect("list")
        before = cpu_seconds(server.process.pid)
        select.select([], [], [], 1)
        assert cpu_seconds(server.process.pid) - before < 0.5, "it spins"
        for other in waiting[1:]:
            other.close()
        for client in clients[:5]:
            client.answer(1000)
            client.expect_close(1000)
            client.close()
        clients = clients[5:]
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                clients.append(Client(server.port))
                break
            except (EOFError, ConnectionError):
                assert time.monotonic() < deadline, "nobody is let in any more"
        for client in clients:
            client.say("list")
            client.expect("list")
            client.close()
        text = server.end()
        assert "descriptors" in text, text


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main():
    failures = 0
    print(f"1..{len(CASES)}")
    for number, function in enumerate(CASES, 1):
        try:
            skipped = function()
            print(f"ok {number} - {function.__doc__}" + (f" # SKIP {skipped}" if skipped else ""), flush=True)
        except Exception:  # pylint: disable=broad-except
            failures += 1
            print(f"not ok {number} - {function.__doc__}")
            print("".join(f"# {line}\n" for line in traceback.format_exc().splitlines()), end="", flush=True)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
