// SPDX-License-Identifier: LGPL-2.1-or-later
// A signaller written in JavaScript (GJS): as a type, and as handlers on an existing one. Speaks TAP.

imports.gi.versions.Gst = '1.0';
imports.gi.versions.GstSdp = '1.0';
imports.gi.versions.GstWebRTC = '1.0';
imports.gi.versions.GstSignalling = '1.0';
const {GObject, Gst, GstSdp, GstSignalling, GstWebRTC} = imports.gi;
const System = imports.system;

const SDP = 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n';

const ScriptSignaller = GObject.registerClass({
    Implements: [GstSignalling.Signaller],
    Properties: {
        'manual-sdp-munging': GObject.ParamSpec.override('manual-sdp-munging', GstSignalling.Signaller),
    },
}, class ScriptSignaller extends GObject.Object {
    constructor() {
        super();
        this.log = [];
    }

    get manual_sdp_munging() {
        return false;
    }

    vfunc_start() {
        this.log.push('start');
        return true;
    }

    vfunc_send_session_description(sessionId, description) {
        this.log.push(`description ${sessionId} ${description.sdp.as_text() === SDP}`);
        return true;
    }

    vfunc_send_ice(sessionId, candidate, sdpMLineIndex, sdpMid) {
        this.log.push(`ice ${sessionId} ${candidate} ${sdpMLineIndex} ${sdpMid}`);
        return true;
    }

    vfunc_end_session(sessionId) {
        this.log.push(`end ${sessionId}`);
        return true;
    }

    vfunc_request_meta() {
        return Gst.Structure.new_from_string('meta, name=(string)script');
    }
});

function newDescription() {
    const [, sdp] = GstSdp.SDPMessage.new_from_text(SDP);
    return GstWebRTC.WebRTCSessionDescription.new(GstWebRTC.WebRTCSDPType.OFFER, sdp);
}

function equal(found, expected) {
    const [a, b] = [JSON.stringify(found), JSON.stringify(expected)];
    if (a !== b)
        throw new Error(`${a} is not ${b}`);
}

const tests = {
    requestsReachTheType() {
        const signaller = new ScriptSignaller();
        equal(signaller.start(), true);
        equal(signaller.send_session_description('session', newDescription()), true);
        equal(signaller.send_ice('session', 'candidate', 4294967295, null), true);
        equal(signaller.end_session_with_error('session', 'why'), true);
        equal(signaller.stop(), false);
        equal(signaller.log,
            ['start', 'description session true', 'ice session candidate 4294967295 null', 'end session']);
    },

    resultsOfTheType() {
        const signaller = new ScriptSignaller();
        equal(signaller.request_meta().get_string('name'), 'script');
        equal(signaller.munge_session_description('session', newDescription()).sdp.as_text(), SDP);
        equal(signaller.get_manual_sdp_munging(), false);
    },

    handlersReplaceTheType() {
        const signaller = new ScriptSignaller();
        signaller.connect('start', () => false);
        equal(signaller.start(), false);
        equal(signaller.log, []);
    },

    events() {
        const signaller = new ScriptSignaller();
        const calls = [];
        signaller.connect('session-requested', (_, ...args) => calls.push(args));
        signaller.connect('handle-ice', (_, ...args) => calls.push(args));
        signaller.connect('connection-closed', (_, info) => calls.push([info.get_code(), info.get_reason()]));
        signaller.session_requested('session', 'peer', null);
        signaller.handle_ice('session', 3, null, 'candidate');
        signaller.connection_closed(GstSignalling.SignallingCloseInfo.new_orderly(
            GstSignalling.SignallingInitiator.REMOTE, true, 1001, 'going', true));
        equal(calls, [['session', 'peer', null], ['session', 3, null, 'candidate'], [1001, 'going']]);
    },
};

Gst.init(null);
let failures = 0;
print(`1..${Object.keys(tests).length}`);
Object.entries(tests).forEach(([name, test], index) => {
    try {
        test();
        print(`ok ${index + 1} ${name}`);
    } catch (e) {
        failures++;
        print(`not ok ${index + 1} ${name}\n# ${e.message}`);
    }
});
System.exit(failures ? 1 : 0);
