// SPDX-License-Identifier: LGPL-2.1-or-later

// The page: one card per stream, as streams come and go.
//
// Query: ?signalling=ws://host:port asks another signalling server, ?ice-server=stun:host:port (any number of them)
// helps through a NAT. Without it nobody but the two servers and the sender of a stream is spoken to.

import { Card, nameOf } from "./card.js";
import { Signalling, signallingUrls } from "./signalling.js";

const WORDS = {
  connecting: "connecting",
  connected: "connected",
  reconnecting: "reconnecting",
  impossible: "not possible"
};
const NOTICES = {
  reconnecting: "The signalling server does not answer. What is playing goes on; the list comes back with the server.",
  impossible: "The address of the signalling server makes no sense, or this page may not open it."
};

const byId = (id) => document.getElementById(id);
const query = new URLSearchParams(location.search);
const iceServers = query.getAll("ice-server").map((urls) => ({ urls }));
const signalling = new Signalling(signallingUrls(location), { name: "page" });
const cards = new Map();

function announce(text) {
  byId("announcer").textContent = text;
}

function showSignalling() {
  const pill = byId("signalling");
  const { state } = signalling;

  if (pill.dataset.state !== state) {
    announce(`Signalling server: ${WORDS[state]}`);
  }
  pill.dataset.state = state;
  pill.textContent = WORDS[state];
  pill.title = signalling.url;
  byId("notice").textContent = NOTICES[state] ?? "";
  byId("notice").hidden = !NOTICES[state];
  byId("example").textContent =
    `gst-launch-1.0 videotestsrc ! webrtcsink meta="meta,name=test" signaller::uri=${signalling.url}`;
  showCount();
}

function showCount() {
  const { size } = signalling.streams;

  byId("count").textContent = size > 0 ? String(size) : "";
  byId("empty").hidden = cards.size > 0 || signalling.state !== "connected";
}

function addCard(stream) {
  const card = new Card(signalling, stream, { iceServers, announce, dismissed: () => removeCard(card) });

  cards.set(stream.id, card);
  // In the order of their names, wherever they came from.
  const next = [...cards.values()].filter((other) => other.compare(card) > 0)
    .sort((one, other) => one.compare(other))[0];
  byId("streams").insertBefore(card.element, next?.element ?? null);
}

function removeCard(card) {
  cards.delete(card.stream.id);
  card.remove();
  showCount();
}

// A producer that comes back, or whose server does, has another id, but the same name.
function adopt(stream) {
  const heir = [...cards.values()].find((card) => card.gone && card.name === nameOf(stream));

  if (heir === undefined) {
    return false;
  }
  cards.delete(heir.stream.id);
  cards.set(stream.id, heir);
  heir.update(stream);
  return true;
}

function showStreams() {
  const { streams } = signalling;

  for (const card of [...cards.values()]) {
    card.gone = !streams.has(card.stream.id);
    if (card.gone && !card.watched) {
      removeCard(card);
    } else if (card.gone) {
      card.show();
    }
  }
  for (const stream of streams.values()) {
    const card = cards.get(stream.id);
    if (card) {
      card.update(stream);
    } else if (!adopt(stream)) {
      addCard(stream);
    }
  }
  showCount();
}

signalling.addEventListener("state", showSignalling);
signalling.addEventListener("streams", showStreams);
showSignalling();
signalling.start();
