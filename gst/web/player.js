// SPDX-License-Identifier: LGPL-2.1-or-later

// One stream being watched: one session, one RTCPeerConnection, and what can be said about them.
//
// States, told by the event "state": connecting → live ⇄ reconnecting → ended, with `why` in words. "stats" comes once
// a second, "control" when the channel of that name opens or closes.

const CONNECT_WITHIN = 15000;
const STATS_EVERY = 1000;
// How long a path that broke may take to mend itself, before a new session is asked for.
const MEND_WITHIN = 5000;
const RETRY_FOR = 60000;

export class Player extends EventTarget {
  constructor(signalling, streamId, video, iceServers) {
    super();
    this.signalling = signalling;
    this.streamId = streamId;
    this.video = video;
    this.iceServers = iceServers;
    this.state = "connecting";
    this.why = "";
    this.session = null;
    this.connection = null;
    this.control = null;
    this.hasAudio = false;
    this.times = {};
    this.stats = null;
    this.retryUntil = 0;
  }

  start() {
    if (this.signalling.state !== "connected") {
      this.reconnect("The signalling server is gone.");
      return;
    }
    this.times = { asked: performance.now() };
    this.candidates = [];
    this.work = Promise.resolve();
    this.previous = null;
    this.openConnection();
    this.openSession();
    this.deadline = setTimeout(() => {
      this.fail(`No media came within ${CONNECT_WITHIN / 1000} seconds.`);
    }, CONNECT_WITHIN);
    this.statsTimer ??= setInterval(() => this.measure(), STATS_EVERY);
  }

  /** The viewer has seen enough. */
  stop() {
    this.session?.end();
    this.finish("You stopped watching.");
  }

  setState(state, why = "") {
    if (state !== this.state || why !== this.why) {
      this.state = state;
      this.why = why;
      this.dispatchEvent(new Event("state"));
    }
  }

  // --- signalling

  openSession() {
    // What belongs to a session that was given up is ignored.
    const ifCurrent = (func) => (...args) => this.session === session && func(...args);
    const session = this.signalling.startSession(this.streamId, {
      started: () => {},
      sdp: ifCurrent((description) => this.enqueue(() => this.onDescription(description))),
      ice: ifCurrent((candidate) => this.onCandidate(candidate)),
      ended: ifCurrent((reason) => this.onEnded(reason)),
      lost: ifCurrent(() => this.onSignallingLost())
    });

    this.session = session;
  }

  onEnded(reason) {
    const gone = !this.signalling.streams.has(this.streamId);

    this.finish(reason || (gone ? "The stream is gone." : "The sender ended it."));
  }

  // The media need no signalling; a new session does.
  onSignallingLost() {
    if (this.state !== "live") {
      this.reconnect("The signalling server is gone.");
    }
  }

  // One after the other, whatever comes while another is being worked on.
  enqueue(func) {
    const connection = this.connection;

    this.work = this.work.then(() => connection === this.connection && func()).catch((error) => {
      if (connection === this.connection) {
        this.session?.end(error.message);
        this.finish(`The two sides do not understand each other: ${error.message}`);
      }
    });
  }

  async onDescription(description) {
    const connection = this.connection;

    await connection.setRemoteDescription(description);
    this.candidates.splice(0).forEach((candidate) => this.addCandidate(candidate));
    if (description.type !== "offer") {
      return;
    }
    const answer = await connection.createAnswer();
    await connection.setLocalDescription({ type: "answer", sdp: withStereo(answer.sdp, description.sdp) });
    if (connection === this.connection) {
      this.session.sendSdp(connection.localDescription);
      this.times.answered ??= performance.now();
    }
  }

  onCandidate(candidate) {
    if (this.connection.remoteDescription === null) {
      this.candidates.push(candidate);
    } else {
      this.addCandidate(candidate);
    }
  }

  // A candidate of no use is no reason to give up: there are others.
  addCandidate({ candidate, sdpMLineIndex }) {
    this.connection.addIceCandidate({ candidate, sdpMLineIndex }).catch(() => {});
  }

  // --- media

  openConnection() {
    const connection = new RTCPeerConnection({ iceServers: this.iceServers, bundlePolicy: "max-bundle" });
    const media = new MediaStream();
    const on = (name, func) => connection.addEventListener(name, (event) => {
      if (connection === this.connection) {
        func(event);
      }
    });

    this.connection = connection;
    on("icecandidate", ({ candidate }) => candidate?.candidate && this.session?.sendCandidate(candidate));
    on("track", ({ track, streams }) => {
      media.addTrack(track);
      this.hasAudio ||= track.kind === "audio";
      // What renegotiation took away.
      streams.forEach((stream) => stream.addEventListener("removetrack", (event) => media.removeTrack(event.track)));
      if (this.video.srcObject !== media) {
        this.showMedia(media, connection);
      }
    });
    on("iceconnectionstatechange", () => {
      if (["connected", "completed"].includes(connection.iceConnectionState)) {
        this.times.ice ??= performance.now();
      }
    });
    on("connectionstatechange", () => this.onConnectionState(connection));
    on("datachannel", ({ channel }) => this.onDataChannel(channel));
  }

  showMedia(media, connection) {
    const video = this.video;

    video.srcObject = media;
    video.play().catch(() => {});
    const onFrame = () => {
      if (connection === this.connection) {
        this.times.frame ??= performance.now();
        this.becomeLive();
      }
    };
    if (video.requestVideoFrameCallback) {
      video.requestVideoFrameCallback(onFrame);
    }
    // Sound without a picture, and browsers that cannot tell frames.
    video.addEventListener("playing", () => {
      if (media.getVideoTracks().length === 0 || !video.requestVideoFrameCallback) {
        onFrame();
      }
    }, { once: true });
  }

  onConnectionState(connection) {
    clearTimeout(this.mending);
    switch (connection.connectionState) {
      case "connected":
        this.times.dtls ??= performance.now();
        if (this.times.frame) {
          this.becomeLive();
        }
        break;
      case "disconnected":
        this.setState("reconnecting", "The connection to the stream is interrupted.");
        this.mending = setTimeout(() => this.fail("The connection to the stream broke."), MEND_WITHIN);
        break;
      case "failed":
        this.fail(this.times.dtls ? "The connection to the stream broke." : "No way to the stream's sender was found.");
        break;
      default:
    }
  }

  becomeLive() {
    clearTimeout(this.deadline);
    this.retryUntil = 0;
    this.setState("live");
  }

  // A connection that has worked is worth another try.
  fail(why) {
    this.session?.end(why);
    if (this.times.frame || this.retryUntil > performance.now()) {
      this.reconnect(why);
    } else {
      this.finish(why);
    }
  }

  reconnect(why) {
    this.retryUntil ||= performance.now() + RETRY_FOR;
    this.close();
    this.setState("reconnecting", why);
    this.deadline = setTimeout(() => this.finish(why), this.retryUntil - performance.now());
    this.resume();
  }

  /** Called whenever the list of streams has changed: `streamId` is where this stream is found now. */
  resume(streamId = this.streamId) {
    const listed = this.signalling.state === "connected" && this.signalling.streams.has(streamId);

    this.streamId = streamId;
    if (listed && this.state === "reconnecting" && this.connection === null) {
      clearTimeout(this.deadline);
      this.start();
    }
  }

  close() {
    clearTimeout(this.deadline);
    clearTimeout(this.mending);
    this.connection?.close();
    this.connection = null;
    this.session = null;
    this.setControl(null);
  }

  finish(why) {
    this.close();
    clearInterval(this.statsTimer);
    this.statsTimer = null;
    this.stats = null;
    this.video.srcObject = null;
    this.setState("ended", why);
  }

  // --- the control channel

  onDataChannel(channel) {
    if (channel.label !== "control") {
      return;
    }
    channel.addEventListener("open", () => this.setControl(channel));
    channel.addEventListener("close", () => this.control === channel && this.setControl(null));
    if (channel.readyState === "open") {
      this.setControl(channel);
    }
  }

  setControl(channel) {
    if (channel !== this.control) {
      this.control = channel;
      this.dispatchEvent(new Event("control"));
    }
  }

  // --- figures

  async measure() {
    const connection = this.connection;
    const report = await connection?.getStats();

    if (report && connection === this.connection) {
      this.stats = this.summarize([...report.values()], new Map(report));
      this.dispatchEvent(new Event("stats"));
    }
  }

  summarize(entries, byId) {
    const inbound = entries.filter((entry) => entry.type === "inbound-rtp");
    const video = inbound.find((entry) => entry.kind === "video");
    const transport = entries.find((entry) => entry.type === "transport" && entry.selectedCandidatePairId);
    const pair = byId.get(transport?.selectedCandidatePairId)
      ?? entries.find((entry) => entry.type === "candidate-pair" && entry.nominated && entry.state === "succeeded");
    const bytes = inbound.reduce((sum, entry) => sum + (entry.bytesReceived ?? 0), 0);
    const now = performance.now();
    const bitrate = this.previous ? Math.max(0, bytes - this.previous.bytes) * 8000 / (now - this.previous.now) : null;

    this.previous = { bytes, now };
    return {
      codecs: inbound.map((entry) => byId.get(entry.codecId)?.mimeType).filter(Boolean).sort().reverse()
        .map((type) => type.split("/")[1].replace("opus", "Opus")),
      width: video?.frameWidth ?? null,
      height: video?.frameHeight ?? null,
      framesPerSecond: video ? video.framesPerSecond ?? 0 : null,
      framesDecoded: video?.framesDecoded ?? null,
      bitrate,
      roundTrip: pair?.currentRoundTripTime ?? null,
      lost: inbound.reduce((sum, entry) => sum + (entry.packetsLost ?? 0), 0)
    };
  }

  /** Milliseconds from the click to the first frame and what they were spent on, or null before it. */
  firstFrame() {
    const { asked, answered, ice, dtls, frame } = this.times;

    if (!frame) {
      return null;
    }
    const marks = [asked, answered, ice, dtls, frame];
    // The browser tells of a step a little late at times: no phase is shorter than nothing.
    for (let i = 1; i < marks.length; i++) {
      marks[i] = Math.min(Math.max(marks[i] ?? marks[i - 1], marks[i - 1]), frame);
    }
    const [signalling, iceTime, dtlsTime, frameTime] = marks.slice(1).map((mark, i) => mark - marks[i]);
    return { total: frame - asked, signalling, ice: iceTime, dtls: dtlsTime, frame: frameTime };
  }
}

// Opus is decoded to one channel unless the answer asks for two.
function withStereo(answer, offer) {
  const opus = new Set([...answer.matchAll(/a=rtpmap:(\d+) opus\/48000\/2/gi)].map(([, payload]) => payload));

  if (!/sprop-stereo=1/.test(offer)) {
    return answer;
  }
  return answer.replace(/a=fmtp:(\d+) [^\r\n]*/g,
    (line, payload) => opus.has(payload) && !/[ ;]stereo=/.test(line) ? `${line};stereo=1` : line);
}
