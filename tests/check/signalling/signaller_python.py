#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A signaller written in Python: as a type, and as handlers on an existing one.

Speaks TAP; skipped where PyGObject or a typelib is missing.
"""

import sys
import traceback

try:
    import gi

    gi.require_version("Gst", "1.0")
    gi.require_version("GstSdp", "1.0")
    gi.require_version("GstWebRTC", "1.0")
    gi.require_version("GstSignalling", "1.0")
    from gi.repository import GLib, GObject, Gst, GstSdp, GstSignalling, GstWebRTC
except (ImportError, ValueError) as reason:
    print(f"1..0 # SKIP {reason}")
    sys.exit(0)

SDP = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
State = GstSignalling.SignallerConnectionState


class PythonSignaller(GObject.Object, GstSignalling.Signaller):
    """Implements every function of the interface and writes down what it is asked."""

    manual_sdp_munging = GObject.Property(type=bool, default=False, flags=GObject.ParamFlags.READABLE)

    def __init__(self):
        super().__init__()
        self.log = []
        self.state = State.DISCONNECTED

    @GObject.Property(type=State, default=State.DISCONNECTED, flags=GObject.ParamFlags.READABLE)
    def connection_state(self):
        return self.state

    def do_start(self):
        self.log.append(("start",))
        self.state = State.CONNECTED
        self.notify("connection-state")
        return True

    def do_stop(self):
        self.log.append(("stop",))
        return True

    def do_send_session_description(self, session_id, description):
        self.log.append(("description", session_id, description.type, description.sdp.as_text()))
        return True

    def do_send_ice(self, session_id, candidate, sdp_m_line_index, sdp_mid):
        self.log.append(("ice", session_id, candidate, sdp_m_line_index, sdp_mid))
        return True

    def do_end_session(self, session_id):
        self.log.append(("end", session_id))
        return True

    def do_end_session_with_error(self, session_id, error):
        self.log.append(("end", session_id, error))
        return True

    def do_request_meta(self):
        return Gst.Structure.new_from_string("meta, name=(string)python, number=(guint64)18446744073709551615")

    def do_munge_session_description(self, session_id, description):
        return new_description(GstWebRTC.WebRTCSDPType.ANSWER)


class SmallSignaller(GObject.Object, GstSignalling.Signaller):
    """As little as a type may have."""

    manual_sdp_munging = GObject.Property(type=bool, default=False, flags=GObject.ParamFlags.READABLE)
    ended = None

    def do_end_session(self, session_id):
        self.ended = session_id
        return True


def new_description(sdp_type):
    result, sdp = GstSdp.SDPMessage.new_from_text(SDP)
    equal(result, GstSdp.SDPResult.OK)
    return GstWebRTC.WebRTCSessionDescription.new(sdp_type, sdp)


def equal(found, expected):
    if found != expected:
        raise AssertionError(f"{found!r} is not {expected!r}")


def record(calls):
    """A handler that writes its arguments, without the signaller, into calls."""
    return lambda signaller, *arguments: calls.append(arguments)


def test_requests_reach_the_type():
    signaller = PythonSignaller()
    offer = new_description(GstWebRTC.WebRTCSDPType.OFFER)
    equal(signaller.start(), True)
    equal(signaller.send_session_description("session", offer), True)
    equal(signaller.send_ice("session", "candidate", 2**32 - 1, None), True)
    equal(signaller.send_ice("session", "candidate", 0, "mid"), True)
    equal(signaller.end_session("session"), True)
    equal(signaller.end_session_with_error("session", "why"), True)
    equal(signaller.end_session_with_error("session", None), True)
    equal(signaller.stop(), True)
    equal(
        signaller.log,
        [
            ("start",),
            ("description", "session", GstWebRTC.WebRTCSDPType.OFFER, SDP),
            ("ice", "session", "candidate", 2**32 - 1, None),
            ("ice", "session", "candidate", 0, "mid"),
            ("end", "session"),
            ("end", "session", "why"),
            ("end", "session", None),
            ("stop",),
        ],
    )


def test_results_of_the_type():
    signaller = PythonSignaller()
    meta = signaller.request_meta()
    equal(meta.get_string("name"), "python")
    equal(meta.get_uint64("number"), (True, 2**64 - 1))
    munged = signaller.munge_session_description("session", new_description(GstWebRTC.WebRTCSDPType.OFFER))
    equal(munged.type, GstWebRTC.WebRTCSDPType.ANSWER)
    equal(munged.sdp.as_text(), SDP)


def test_emission_reaches_the_type():
    """Elements may be older than the functions of this library, and emit the signals by name."""
    signaller = PythonSignaller()
    equal(signaller.emit("send-ice", "session", "candidate", 1, None), True)
    equal(signaller.emit("end-session-with-error", "session", None), True)
    equal(signaller.log, [("ice", "session", "candidate", 1, None), ("end", "session", None)])


def test_defaults():
    signaller = SmallSignaller()
    offer = new_description(GstWebRTC.WebRTCSDPType.OFFER)
    equal(signaller.start(), False)
    equal(signaller.send_ice("session", "candidate", 0, None), False)
    equal(signaller.request_meta(), None)
    munged = signaller.munge_session_description("session", offer)
    equal(munged.sdp.as_text(), SDP)
    equal(signaller.end_session_with_error("session", "why"), True)
    equal(signaller.ended, "session")


def test_handlers_replace_the_type():
    signaller = PythonSignaller()
    calls = []

    def refuse(*arguments):
        calls.append(arguments[1:])
        return False

    signaller.connect("start", refuse)
    signaller.connect("start", lambda *arguments: True)
    signaller.connect("send-ice", refuse)
    signaller.connect("request-meta", lambda signaller: Gst.Structure.new_empty("other"))
    equal(signaller.start(), False)
    equal(signaller.send_ice("session", "candidate", 4, None), False)
    equal(calls, [(), ("session", "candidate", 4, None)])
    equal(signaller.log, [])
    equal(signaller.request_meta().get_name(), "other")


def test_events():
    signaller = SmallSignaller()
    calls = []
    offer = new_description(GstWebRTC.WebRTCSDPType.OFFER)
    for name in ("session-requested", "session-started", "handle-ice", "session-ended-with-error",
                 "warning", "error", "shutdown"):
        signaller.connect(name, record(calls))
    signaller.connect("session-description", lambda signaller, session_id, description:
                      calls.append((session_id, description.sdp.as_text())))
    signaller.session_requested("session", "peer", None)
    signaller.session_started("session", "peer")
    signaller.session_description("session", offer)
    signaller.handle_ice("session", 3, None, "candidate")
    signaller.session_ended_with_error("session", None)
    signaller.warning("careful")
    signaller.error("broken")
    signaller.shutdown()
    equal(
        calls,
        [
            ("session", "peer", None),
            ("session", "peer"),
            ("session", SDP),
            ("session", 3, None, "candidate"),
            ("session", None),
            ("careful",),
            ("broken",),
            (),
        ],
    )


def test_session_ended_result():
    signaller = SmallSignaller()
    equal(signaller.session_ended("session"), False)
    signaller.connect("session-ended", lambda signaller, session_id: session_id == "session")
    equal(signaller.session_ended("session"), True)
    equal(signaller.session_ended("other"), False)


def test_peer_events():
    signaller = SmallSignaller()
    calls = []
    signaller.connect("producer-added", lambda signaller, producer_id, meta, new_connection:
                      calls.append((producer_id, meta and meta.get_string("name"), new_connection)))
    signaller.connect("webrtcbin-ready", record(calls))
    element = Gst.Bin.new("bin")
    signaller.producer_added("one", Gst.Structure.new_from_string("meta, name=(string)camera"), True)
    signaller.producer_added("two", None, False)
    signaller.webrtcbin_ready("session", element)
    equal(calls, [("one", "camera", True), ("two", None, False), ("session", element)])


def test_connection_closed():
    signaller = SmallSignaller()
    calls = []
    signaller.connect("connection-closed", lambda signaller, info: calls.append(
        (info.get_close_class(), info.get_code(), info.get_reason(), info.get_error(), info.get_will_reconnect())))
    signaller.connection_closed(GstSignalling.SignallingCloseInfo.new_orderly(
        GstSignalling.SignallingInitiator.REMOTE, True, 1001, "going", True))
    equal(calls, [(GstSignalling.SignallingCloseClass.CLEAN, 1001, "going", None, True)])
    lost = GLib.Error.new_literal(GstSignalling.signalling_error_quark(), "gone",
                                  GstSignalling.SignallingError.CONNECTION_LOST)
    signaller.connection_closed(GstSignalling.SignallingCloseInfo.new(
        GstSignalling.SignallingInitiator.NONE, GstSignalling.SignallingCloseClass.TRANSPORT, False, 0, None, False,
        lost))
    equal(calls[1][3].message, "gone")
    equal(calls[1][3].matches(GstSignalling.signalling_error_quark(),
                              GstSignalling.SignallingError.CONNECTION_LOST), True)


def test_properties():
    signaller = PythonSignaller()
    seen = []
    signaller.connect("notify::connection-state", lambda signaller, pspec:
                      seen.append(signaller.get_connection_state()))
    equal(signaller.get_manual_sdp_munging(), False)
    equal(signaller.get_property("manual-sdp-munging"), False)
    equal(signaller.get_connection_state(), State.DISCONNECTED)
    signaller.start()
    equal(seen, [State.CONNECTED])
    equal(SmallSignaller().get_connection_state(), State.CONNECTED)


def test_stop_from_a_handler():
    signaller = PythonSignaller()
    signaller.connect("error", lambda signaller, text: signaller.stop())
    signaller.error("broken")
    equal(signaller.log, [("stop",)])


def main():
    Gst.init(None)
    tests = [(name, test) for name, test in globals().items() if name.startswith("test_")]
    failures = 0
    print(f"1..{len(tests)}")
    for number, (name, test) in enumerate(tests, 1):
        try:
            test()
            print(f"ok {number} {name[5:]}")
        except Exception:  # a test program reports whatever goes wrong
            failures += 1
            print(f"not ok {number} {name[5:]}")
            print("".join(f"# {line}\n" for line in traceback.format_exc().splitlines()), end="")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
