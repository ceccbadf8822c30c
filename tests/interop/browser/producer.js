// SPDX-License-Identifier: LGPL-2.1-or-later

// A producer that keeps its media when the signalling server goes, registers again when it is back, and opens the
// data channel "control", whose messages it notes.
const query = new URLSearchParams(location.search);
const sessions = new Map();
window.producer = {
  controlled: [],
  registered: 0,
  // Without a word to anybody.
  breakConnections() {
    sessions.forEach((connection) => connection.close());
    sessions.clear();
  }
};

const canvas = document.createElement("canvas");
canvas.width = 640;
canvas.height = 360;
const context = canvas.getContext("2d");
const COLOURS = ["#c0c0c0", "#c0c000", "#00c0c0", "#00c000", "#c000c0", "#c00000", "#0000c0"];
let frame = 0;
setInterval(() => {
  COLOURS.forEach((colour, i) => {
    context.fillStyle = colour;
    context.fillRect(i * 92, 0, 92, 360);
  });
  context.fillStyle = "#fff";
  context.fillRect(frame++ * 4 % 640, 300, 24, 24);
}, 33);
const media = canvas.captureStream(30);
const audio = new AudioContext();
const tone = new OscillatorNode(audio, { frequency: 440 });
const speaker = audio.createMediaStreamDestination();
tone.connect(speaker);
tone.start();
media.addTrack(speaker.stream.getAudioTracks()[0]);

function connect() {
  const socket = new WebSocket(query.get("server"));
  const send = (message) => socket.readyState === WebSocket.OPEN && socket.send(JSON.stringify(message));

  socket.addEventListener("message", async (event) => {
    const message = JSON.parse(event.data);
    const connection = sessions.get(message.sessionId);
    switch (message.type) {
      case "welcome":
        send({ type: "setPeerStatus", roles: ["producer"], meta: { name: query.get("name") } });
        window.producer.registered++;
        break;
      case "startSession":
        await startSession(message.sessionId, send);
        break;
      case "peer":
        if (message.sdp) {
          await connection?.setRemoteDescription(message.sdp);
        } else {
          await connection?.addIceCandidate(message.ice);
        }
        break;
      case "endSession":
        connection?.close();
        sessions.delete(message.sessionId);
        break;
      default:
    }
  });
  socket.addEventListener("close", () => setTimeout(connect, 300));
}

async function startSession(sessionId, send) {
  const connection = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
  sessions.set(sessionId, connection);
  connection.addEventListener("icecandidate", ({ candidate }) => {
    if (candidate) {
      send({ type: "peer", sessionId, ice: candidate });
    }
  });
  connection.createDataChannel("control").addEventListener("message", (event) => {
    window.producer.controlled.push(JSON.parse(event.data));
  });
  media.getTracks().forEach((track) => connection.addTrack(track, media));
  await connection.setLocalDescription();
  send({ type: "peer", sessionId, sdp: connection.localDescription });
}

// Granted, so that addresses of this machine may be named.
const camera = await navigator.mediaDevices.getUserMedia({ video: true });
camera.getTracks().forEach((track) => track.stop());
connect();
