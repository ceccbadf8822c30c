// SPDX-License-Identifier: LGPL-2.1-or-later

// Keyboard, pointer and touch over a picture → navigation events on the data channel "control". All keys go there while
// the picture has the focus, except Escape, which leaves it: whoever has only a keyboard must get out.

import { keysymName } from "./keys.js";

// Above that the channel is behind, and positions of a moment ago are of no use.
const MAX_BUFFERED = 64 * 1024;
const LINE_HEIGHT = 16;

export class Control {
  /** @param {() => void} leave called on Escape */
  constructor(channel, video, leave) {
    this.channel = channel;
    this.video = video;
    this.leave = leave;
    this.nextId = 0;
    this.listeners = new AbortController();
    this.listen();
  }

  close() {
    this.listeners.abort();
  }

  listen() {
    const on = (name, func) => this.video.addEventListener(name, (event) => func.call(this, event),
      { signal: this.listeners.signal, passive: false });

    on("keydown", this.onKeyDown);
    on("keyup", this.onKeyUp);
    on("pointerdown", this.onPointerDown);
    on("pointermove", this.onPointerMove);
    on("pointerup", this.onPointerUp);
    on("pointercancel", this.onPointerCancel);
    on("wheel", this.onWheel);
    on("contextmenu", (event) => event.preventDefault());
  }

  send(name, dom, fields) {
    if (this.channel.readyState === "open") {
      const event = { event: name, ...fields, modifier_state: modifierState(dom) };
      this.channel.send(JSON.stringify({ id: this.nextId++, request: { type: "navigationEvent", event } }));
    }
  }

  // --- keyboard

  onKeyDown(event) {
    if (event.key === "Escape" && !event.shiftKey) {
      this.leave();
    } else {
      this.sendKey("KeyPress", event);
    }
  }

  onKeyUp(event) {
    if (event.key !== "Escape" || event.shiftKey) {
      this.sendKey("KeyRelease", event);
    }
  }

  sendKey(name, event) {
    const key = keysymName(event);

    if (key !== null) {
      event.preventDefault();
      this.send(name, event, { key });
    }
  }

  // --- pointer and touch

  onPointerDown(event) {
    event.preventDefault();
    this.video.focus({ preventScroll: true });
    this.video.setPointerCapture(event.pointerId);
    if (event.pointerType === "touch") {
      this.sendTouch("TouchDown", event, { pressure: event.pressure });
    } else {
      this.send("MouseButtonPress", event, { button: event.button + 1, ...this.place(event) });
    }
  }

  onPointerMove(event) {
    if (this.channel.bufferedAmount > MAX_BUFFERED) {
      return;
    }
    if (event.pointerType === "touch") {
      this.sendTouch("TouchMotion", event, { pressure: event.pressure });
    } else {
      this.send("MouseMove", event, this.place(event));
    }
  }

  onPointerUp(event) {
    if (event.pointerType === "touch") {
      this.sendTouch("TouchUp", event);
    } else {
      this.send("MouseButtonRelease", event, { button: event.button + 1, ...this.place(event) });
    }
  }

  onPointerCancel(event) {
    if (event.pointerType === "touch") {
      this.sendTouch("TouchUp", event);
    }
  }

  sendTouch(name, event, fields = {}) {
    this.send(name, event, { identifier: event.pointerId >>> 0, ...this.place(event), ...fields });
    this.send("TouchFrame", event, {});
  }

  // The DOM counts what the content moves by, GStreamer what the wheel turns by.
  onWheel(event) {
    const unit = [1, LINE_HEIGHT, this.video.clientHeight][event.deltaMode] ?? 1;

    event.preventDefault();
    this.send("MouseScroll", event,
      { ...this.place(event), delta_x: -event.deltaX * unit, delta_y: -event.deltaY * unit });
  }

  // In pixels of the video, which is shown as large as fits, in the middle.
  place(event) {
    const box = this.video.getBoundingClientRect();
    const { videoWidth, videoHeight } = this.video;
    const scale = Math.min(box.width / videoWidth, box.height / videoHeight) || 1;
    const x = (event.clientX - box.left - (box.width - videoWidth * scale) / 2) / scale;
    const y = (event.clientY - box.top - (box.height - videoHeight * scale) / 2) / scale;

    return { x: clamp(x, videoWidth), y: clamp(y, videoHeight) };
  }
}

function clamp(value, size) {
  return Math.min(Math.max(value, 0), Math.max(size - 1, 0));
}

function modifierState(event) {
  const buttons = event.buttons ?? 0;

  return [
    [event.shiftKey, "shift-mask"],
    [event.getModifierState?.("CapsLock"), "lock-mask"],
    [event.ctrlKey, "control-mask"],
    [event.altKey, "mod1-mask"],
    [buttons & 1, "button1-mask"],
    [buttons & 4, "button2-mask"],
    [buttons & 2, "button3-mask"],
    [event.metaKey, "super-mask"]
  ].filter(([set]) => set).map(([, name]) => name).join("+");
}
