// SPDX-License-Identifier: LGPL-2.1-or-later

// One peer: what the test calls, and a log of what the API told it.
const url = new URLSearchParams(location.search).get("server");
const name = new URLSearchParams(location.search).get("name");

const peer = {
  events: [],
  clientId: null,
  producer: null,
  consumer: null,
  clients: [],

  log(kind, detail = null) {
    this.events.push({ kind, detail });
  },

  count(kind, detail) {
    return this.events.filter((event) => event.kind === kind && (detail === undefined || event.detail === detail)).length;
  },

  async produce() {
    const stream = await navigator.mediaDevices.getUserMedia({ video: { width: 320, height: 240 }, audio: false });
    this.producer = api.createProducerSession(stream);
    this.producer.addEventListener("error", (event) => this.log("error", event.message));
    this.producer.addEventListener("closed", () => this.log("producerClosed"));
    this.producer.addEventListener("clientConsumerAdded", (event) => {
      this.clients.push(event.detail);
      this.log("clientConsumerAdded", event.detail.peerId);
    });
    this.producer.addEventListener("clientConsumerRemoved", (event) => {
      this.log("clientConsumerRemoved", event.detail.peerId);
    });
    return this.producer.start();
  },

  consume(producerId, offerOptions) {
    const session = offerOptions
      ? api.createConsumerSessionWithOfferOptions(producerId, offerOptions)
      : api.createConsumerSession(producerId);
    this.consumer = session;
    session.addEventListener("error", (event) => this.log("error", event.message));
    session.addEventListener("closed", () => this.log("consumerClosed", producerId));
    session.addEventListener("streamsChanged", () => {
      document.getElementById("video").srcObject = session.streams[0] ?? null;
    });
    return session.connect();
  },

  async framesDecoded() {
    const stats = await this.consumer?.rtcPeerConnection?.getStats();
    let frames = 0;
    stats?.forEach((entry) => {
      if (entry.type === "inbound-rtp" && entry.kind === "video") {
        frames += entry.framesDecoded;
      }
    });
    return frames;
  },

  producers() {
    return api.getAvailableProducers();
  },

  stopProducing() {
    this.producer.close();
  },

  stopConsuming() {
    this.consumer.close();
  },

  stopLastClient() {
    this.clients.at(-1).close();
  }
};

const api = new window.GstWebRTCAPI({
  signalingServerUrl: url,
  meta: { name, nested: { list: [1, "two", null], text: "ünïcødé ✓" } },
  reconnectionTimeout: 500,
  // No servers of others: both ends are on this machine.
  webrtcConfig: { iceServers: [], bundlePolicy: "max-bundle" }
});

api.registerConnectionListener({
  connected(id) {
    peer.clientId = id;
    peer.log("connected", id);
  },
  disconnected() {
    peer.log("disconnected");
  }
});
api.registerPeerListener({
  producerAdded: (producer) => peer.log("producerAdded", producer.id),
  producerRemoved: (producer) => peer.log("producerRemoved", producer.id),
  consumerAdded: () => {},
  consumerRemoved: () => {}
});
window.peer = peer;
