// SPDX-License-Identifier: LGPL-2.1-or-later

// One stream on the page: its name, its picture when it is watched, its state in words, and its figures.
//
// Names and reasons come from strangers: they are only ever set as text.

import { Control } from "./control.js";
import { Player } from "./player.js";

const LONGEST_TEXT = 200;

export function nameOf({ id, meta }) {
  const name = typeof meta?.name === "string" ? meta.name.trim() : "";

  return (name || id).slice(0, LONGEST_TEXT);
}

export class Card {
  /** @param {{iceServers: object[], announce: (text: string) => void, dismissed: () => void}} page */
  constructor(signalling, stream, page) {
    const fragment = document.getElementById("card").content.cloneNode(true);

    this.signalling = signalling;
    this.page = page;
    this.element = fragment.querySelector(".card");
    this.video = this.part("video");
    this.player = null;
    this.control = null;
    this.gone = false;
    this.wantControl = true;
    this.part(".play").addEventListener("click", () => this.play());
    this.part(".sound").addEventListener("click", () => this.toggleSound());
    this.part(".full").addEventListener("click", () => this.toggleFullScreen());
    this.part(".control").addEventListener("click", () => this.toggleControl());
    this.part(".stop").addEventListener("click", () => this.stop());
    document.addEventListener("fullscreenchange", () => this.showFullScreen());
    this.update(stream);
  }

  part(selector) {
    return this.element.querySelector(selector);
  }

  get watched() {
    return this.player !== null;
  }

  get playing() {
    return this.watched && this.player.state !== "ended";
  }

  compare(other) {
    return this.name.localeCompare(other.name, undefined, { numeric: true }) || this.stream.id.localeCompare(other.stream.id);
  }

  update(stream) {
    this.stream = stream;
    this.name = nameOf(stream);
    this.gone = false;
    this.part(".name").textContent = this.name;
    this.part(".name").title = stream.id;
    this.part("article").setAttribute("aria-label", this.name);
    this.video.setAttribute("aria-label", `Picture of ${this.name}`);
    this.player?.resume(stream.id);
    this.show();
  }

  remove() {
    this.player?.stop();
    this.element.remove();
  }

  // --- what the viewer does

  play() {
    const player = new Player(this.signalling, this.stream.id, this.video, this.page.iceServers);

    this.player = player;
    this.video.muted = true;
    player.addEventListener("state", () => this.onState(player));
    player.addEventListener("stats", () => this.showFigures());
    player.addEventListener("control", () => this.showControl());
    player.start();
    this.show();
    this.part(".stop").focus({ preventScroll: true });
    this.element.scrollIntoView({ block: "nearest" });
  }

  stop() {
    const { player } = this;

    this.player = null;
    player?.stop();
    this.show();
    this.page.announce(`${this.name}: stopped`);
    if (this.gone) {
      this.page.dismissed();
    } else {
      this.part(".play").focus({ preventScroll: true });
    }
  }

  toggleSound() {
    this.video.muted = !this.video.muted;
    this.video.play().catch(() => {});
    this.show();
  }

  toggleFullScreen() {
    const article = this.part("article");

    if (document.fullscreenElement === article) {
      document.exitFullscreen();
    } else if (article.requestFullscreen) {
      article.requestFullscreen().catch(() => {});
    } else {
      this.video.webkitEnterFullscreen?.();
    }
  }

  toggleControl() {
    this.wantControl = !this.wantControl;
    this.showControl();
  }

  // --- what is shown

  onState(player) {
    if (player === this.player) {
      const { state, why } = player;
      this.page.announce(`${this.name}: ${why && state !== "live" ? `${state}. ${why}` : state}`);
      this.show();
    }
  }

  show() {
    const { player } = this;
    const state = player?.state ?? "idle";
    const over = !this.playing;
    const why = (player?.why ?? "").slice(0, LONGEST_TEXT);

    this.element.dataset.state = state;
    this.element.classList.toggle("watched", this.playing);
    this.part(".state").textContent = player ? state : "ready";
    this.part(".why").textContent = why;
    this.part(".why").hidden = !why;
    this.part(".play").hidden = !over || this.gone;
    this.part(".play .unseen").textContent = player ? `Watch ${this.name} again` : `Watch ${this.name}`;
    this.part(".buttons").hidden = !this.watched;
    this.part(".sound").hidden = over || !this.player.hasAudio;
    this.part(".sound").setAttribute("aria-pressed", String(!this.video.muted));
    this.part(".full").hidden = over;
    this.part(".stop").textContent = over ? "Dismiss" : "Stop";
    this.part(".figures").hidden = over;
    this.showControl();
    this.showFigures();
  }

  showFullScreen() {
    const full = document.fullscreenElement === this.part("article");

    this.part(".full").textContent = full ? "Leave full screen" : "Full screen";
  }

  showControl() {
    const channel = this.player?.control ?? null;
    const wanted = channel !== null && this.wantControl;

    if (this.control && (!wanted || this.control.channel !== channel)) {
      this.control.close();
      this.control = null;
    }
    if (wanted && !this.control) {
      this.control = new Control(channel, this.video, () => this.part(".control").focus());
    }
    this.part(".control").hidden = channel === null;
    this.part(".control").setAttribute("aria-pressed", String(wanted));
    this.part(".hint").hidden = !wanted;
    this.video.tabIndex = wanted ? 0 : -1;
    this.element.classList.toggle("controlled", wanted);
  }

  showFigures() {
    const stats = this.player?.stats;
    const first = this.player?.firstFrame();
    const rows = [];

    if (stats) {
      rows.push(["Codec", stats.codecs.join(", ") || "–"]);
      if (stats.framesPerSecond !== null) {
        rows.push(["Resolution", stats.width ? `${stats.width} × ${stats.height}` : "–"]);
        rows.push(["Frame rate", `${Math.round(stats.framesPerSecond)} fps`]);
      }
      rows.push(["Bit rate", stats.bitrate === null ? "–" : inBits(stats.bitrate)]);
      rows.push(["Round trip", stats.roundTrip === null ? "–" : inMilliseconds(stats.roundTrip * 1000)]);
      rows.push(["Packets lost", String(stats.lost)]);
    }
    if (first) {
      rows.push(["First frame", inMilliseconds(first.total)]);
      rows.push(["of that", `signalling ${inMilliseconds(first.signalling)}, ICE ${inMilliseconds(first.ice)}, `
        + `DTLS ${inMilliseconds(first.dtls)}, frame ${inMilliseconds(first.frame)}`]);
    }
    this.fillFigures(rows);
  }

  // Elements are kept, so that a screen reader or a selection stays where it is.
  fillFigures(rows) {
    const list = this.part(".figures");

    while (list.children.length > rows.length) {
      list.lastElementChild.remove();
    }
    rows.forEach(([term, value], i) => {
      const row = list.children[i] ?? list.appendChild(document.createElement("div"));
      if (row.children.length === 0) {
        row.append(document.createElement("dt"), document.createElement("dd"));
      }
      row.classList.toggle("split", term === "of that");
      row.children[0].textContent = term;
      row.children[1].textContent = value;
    });
  }
}

function inBits(bitsPerSecond) {
  return bitsPerSecond < 1e6 ? `${Math.round(bitsPerSecond / 1e3)} kbit/s` : `${(bitsPerSecond / 1e6).toFixed(1)} Mbit/s`;
}

function inMilliseconds(value) {
  return `${value < 10 && value > 0 ? value.toFixed(1) : Math.round(value)} ms`;
}
