// SPDX-License-Identifier: LGPL-2.1-or-later
// A signaller written in Vala: as a type, and as handlers on an existing one.

class ValaSignaller : Object, Gst.Signaller {
	public string log = "";

	public bool manual_sdp_munging { get { return false; } }

	public bool start () {
		log += "start;";
		return true;
	}

	public bool send_session_description (string session_id, Gst.WebRTCSessionDescription description) {
		log += @"description $session_id;";
		return true;
	}

	public bool send_ice (string session_id, string candidate, uint sdp_m_line_index, string? sdp_mid) {
		log += @"ice $session_id $candidate $sdp_m_line_index $(sdp_mid ?? "none");";
		return true;
	}

	public bool end_session (string session_id) {
		log += @"end $session_id;";
		return true;
	}

	public Gst.Structure? request_meta () {
		return new Gst.Structure.empty ("vala");
	}
}

Gst.WebRTCSessionDescription new_description () {
	Gst.SDP.Message sdp;
	assert (Gst.SDP.Message.@new (out sdp) == Gst.SDP.Result.OK);
	return new Gst.WebRTCSessionDescription (Gst.WebRTCSDPType.OFFER, (owned) sdp);
}

void test_requests () {
	var mine = new ValaSignaller ();
	Gst.Signaller signaller = mine;
	assert (signaller.start ());
	assert (signaller.send_session_description ("session", new_description ()));
	assert (signaller.send_ice ("session", "candidate", uint.MAX, null));
	assert (signaller.end_session_with_error ("session", "why"));
	assert (!signaller.stop ());
	assert (mine.log == "start;description session;ice session candidate 4294967295 none;end session;");
	assert (signaller.request_meta ().get_name () == "vala");
	assert (signaller.munge_session_description ("session", new_description ()).type == Gst.WebRTCSDPType.OFFER);
	assert (!signaller.manual_sdp_munging);
}

void test_handlers () {
	var mine = new ValaSignaller ();
	Gst.Signaller signaller = mine;
	signaller.start.connect (() => false);
	assert (!signaller.start ());
	assert (mine.log == "");
}

void test_events () {
	Gst.Signaller signaller = new ValaSignaller ();
	string log = "";
	signaller.handle_ice.connect ((session_id, sdp_m_line_index, sdp_mid, candidate) => {
		log += @"ice $session_id $sdp_m_line_index $(sdp_mid ?? "none") $candidate;";
	});
	signaller.connection_closed.connect ((info) => {
		log += @"closed $(info.get_code ());";
	});
	signaller.handle_ice ("session", 3, null, "candidate");
	signaller.connection_closed (
		new Gst.SignallingCloseInfo.orderly (Gst.SignallingInitiator.REMOTE, true, 1001, "going", true));
	assert (log == "ice session 3 none candidate;closed 1001;");
}

int main (string[] args) {
	Test.init (ref args);
	Gst.init (ref args);
	Test.add_func ("/vala/requests", test_requests);
	Test.add_func ("/vala/handlers", test_handlers);
	Test.add_func ("/vala/events", test_events);
	return Test.run ();
}
