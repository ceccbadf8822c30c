// SPDX-License-Identifier: LGPL-2.1-or-later

// The page's side of the signalling protocol, versions 1.0 and 1.1: a listener that asks producers for sessions.
//
// Events of a Signalling: "state" when `state` changes, "streams" when `streams` does. A connection that ends is made
// again, for as long as the page is open; sessions are told that by `lost`, and their media are their own affair.

const FIRST_DELAY = 250;
const LONGEST_DELAY = 5000;
const WELCOME_WITHIN = 8000;
// A server that forgets to answer a request for a session does not block the next one.
const SESSION_WITHIN = 10000;

/** Where signalling may be found, in the order to try: ?signalling=, this page's own server, port 8443 beside it. */
export function signallingUrls(place) {
  const asked = new URLSearchParams(place.search).get("signalling");
  const scheme = place.protocol === "https:" ? "wss:" : "ws:";

  if (asked) {
    return [asked];
  }
  return [...new Set([`${scheme}//${place.host}/`, `${scheme}//${place.hostname}:8443/`])];
}

/** One session, from asking for it to its end. `handlers`: started, sdp, ice, ended (reason or null), lost. */
class Session {
  constructor(signalling, peerId, handlers) {
    this.signalling = signalling;
    this.peerId = peerId;
    this.handlers = handlers;
    this.id = null;
  }

  sendSdp(description) {
    this.signalling.send({ type: "peer", sessionId: this.id, sdp: { type: description.type, sdp: description.sdp } });
  }

  sendCandidate(candidate) {
    this.signalling.send({
      type: "peer",
      sessionId: this.id,
      ice: { candidate: candidate.candidate, sdpMLineIndex: candidate.sdpMLineIndex ?? 0 }
    });
  }

  end(error = null) {
    this.signalling.endSession(this, error);
  }
}

export class Signalling extends EventTarget {
  /** @param {string[]} urls tried in turn until one of them welcomes us, then that one is kept */
  constructor(urls, meta) {
    super();
    this.urls = urls;
    this.meta = meta;
    this.url = urls[0];
    this.state = "connecting";
    this.peerId = null;
    this.streams = new Map();
    this.sessions = new Map();
    this.asked = [];
    this.socket = null;
    this.attempts = 0;
    this.found = false;
  }

  start() {
    globalThis.addEventListener("online", () => this.hurry());
    document.addEventListener("visibilitychange", () => document.hidden || this.hurry());
    this.connect();
  }

  // --- the connection

  connect() {
    clearTimeout(this.timer);
    this.timer = null;
    this.url = this.found ? this.url : this.urls[this.attempts % this.urls.length];
    try {
      this.socket = new WebSocket(this.url);
    } catch {
      this.setState("impossible");
      return;
    }
    const socket = this.socket;
    // On our side only: a browser waits for minutes.
    const patience = setTimeout(() => this.drop(socket), WELCOME_WITHIN);
    socket.addEventListener("open", () => this.send({ type: "setProtocolVersion", version: "v1_1" }));
    socket.addEventListener("message", (event) => {
      if (socket === this.socket) {
        this.receive(event.data, () => clearTimeout(patience));
      }
    });
    socket.addEventListener("close", () => {
      clearTimeout(patience);
      this.drop(socket);
    });
  }

  drop(socket) {
    if (socket !== this.socket) {
      return;
    }
    this.socket = null;
    socket.close();
    this.peerId = null;
    const orphans = [...this.sessions.values(), ...this.asked.map((question) => question.session)];
    this.asked.forEach((question) => clearTimeout(question.timer));
    this.sessions.clear();
    this.asked = [];
    this.setState(this.found ? "reconnecting" : "connecting");
    orphans.forEach((session) => session.handlers.lost());
    this.retry();
  }

  retry() {
    // The other addresses are tried at once, for the first time.
    const untried = !this.found && this.attempts + 1 < this.urls.length;
    const delay = Math.min(FIRST_DELAY * 2 ** Math.min(this.attempts, 8), LONGEST_DELAY);
    this.attempts++;
    // Not everybody at the same moment, after a restart of the server.
    this.timer = setTimeout(() => this.connect(), untried ? 0 : delay * (0.5 + Math.random() / 2));
  }

  hurry() {
    if (this.timer) {
      this.connect();
    }
  }

  setState(state) {
    if (state !== this.state) {
      this.state = state;
      this.dispatchEvent(new Event("state"));
    }
  }

  send(message) {
    if (this.socket?.readyState === WebSocket.OPEN) {
      this.socket.send(JSON.stringify(message));
    }
  }

  // --- what the server says

  receive(text, onWelcome) {
    let message = null;
    try {
      message = JSON.parse(text);
    } catch {
      return;
    }
    switch (message?.type) {
      case "welcome": onWelcome(); this.onWelcome(message); break;
      case "list": this.onList(message); break;
      case "peerStatusChanged": this.onStatus(message); break;
      case "sessionStarted": this.onSessionStarted(message); break;
      case "peer": this.onPeer(message); break;
      case "endSession": this.onEnd(message.sessionId, null); break;
      case "endSessionV1_1": this.onEnd(message.sessionId, message.error ?? null); break;
      case "error": this.onError(message); break;
      default: // Of a later version: no concern of ours.
    }
  }

  onWelcome(message) {
    this.peerId = message.peerId;
    this.found = true;
    this.attempts = 0;
    this.send({ type: "setPeerStatus", roles: ["listener"], meta: this.meta });
    this.send({ type: "list" });
  }

  onList(message) {
    this.streams = new Map((message.producers ?? []).map(({ id, meta }) => [id, { id, meta }]));
    this.setState("connected");
    this.dispatchEvent(new Event("streams"));
  }

  onStatus({ peerId, roles, meta }) {
    if (Array.isArray(roles) && roles.includes("producer")) {
      this.streams.set(peerId, { id: peerId, meta });
    } else if (!this.streams.delete(peerId)) {
      return;
    }
    this.dispatchEvent(new Event("streams"));
  }

  onSessionStarted({ peerId, sessionId }) {
    const index = this.asked.findIndex((question) => question.session.peerId === peerId);

    if (index < 0) {
      this.send({ type: "endSession", sessionId });
      return;
    }
    const [{ session, timer }] = this.asked.splice(index, 1);
    clearTimeout(timer);
    session.id = sessionId;
    this.sessions.set(sessionId, session);
    session.handlers.started();
  }

  onPeer({ sessionId, sdp, ice }) {
    const session = this.sessions.get(sessionId);

    if (sdp) {
      session?.handlers.sdp(sdp);
    } else if (ice) {
      session?.handlers.ice(ice);
    }
  }

  onEnd(sessionId, reason) {
    const session = this.sessions.get(sessionId);

    this.sessions.delete(sessionId);
    session?.handlers.ended(reason);
  }

  // An error names no session. What can be refused by one is a request for a session, and answers come in order.
  onError({ details }) {
    const question = this.asked.shift();

    clearTimeout(question?.timer);
    question?.session.handlers.ended(String(details ?? "The server refused."));
  }

  // --- sessions

  startSession(peerId, handlers) {
    const session = new Session(this, peerId, handlers);
    const question = { session, timer: setTimeout(() => this.onNoAnswer(question), SESSION_WITHIN) };

    this.asked.push(question);
    this.send({ type: "startSession", peerId });
    return session;
  }

  onNoAnswer(question) {
    this.asked = this.asked.filter((other) => other !== question);
    question.session.handlers.ended("The signalling server did not answer.");
  }

  endSession(session, error) {
    // One that is still being asked for is ended when the answer comes: see onSessionStarted.
    this.asked = this.asked.filter((question) => {
      if (question.session === session) {
        clearTimeout(question.timer);
      }
      return question.session !== session;
    });
    if (session.id !== null && this.sessions.delete(session.id)) {
      this.send(error
        ? { type: "endSessionV1_1", sessionId: session.id, error }
        : { type: "endSession", sessionId: session.id });
    }
  }
}
