// SPDX-License-Identifier: LGPL-2.1-or-later

// How each of the page's WebSockets ended: the API under test does not tell.
window.socketEnds = [];
window.WebSocket = class extends window.WebSocket {
  constructor(...args) {
    super(...args);
    let opened = false;
    this.addEventListener("open", () => { opened = true; });
    this.addEventListener("close", ({ wasClean, code, reason }) => {
      if (opened) {
        window.socketEnds.push({ wasClean, code, reason });
      }
    });
  }
};
