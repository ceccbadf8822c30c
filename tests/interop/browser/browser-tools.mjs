// SPDX-License-Identifier: LGPL-2.1-or-later

// The browser and the pages of the tests in this folder.

import { once } from "node:events";
import fs from "node:fs/promises";
import http from "node:http";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));

// `modules` is the folder node_modules was installed in.
export async function servePages(modules) {
  const require = createRequire(path.join(modules, "index.js"));
  const files = new Map([
    ["/page.html", [path.join(here, "page.html"), "text/html"]],
    ["/page.js", [path.join(here, "page.js"), "text/javascript"]],
    ["/producer.html", [path.join(here, "producer.html"), "text/html"]],
    ["/producer.js", [path.join(here, "producer.js"), "text/javascript"]],
    ["/socket-log.js", [path.join(here, "socket-log.js"), "text/javascript"]],
    ["/gstwebrtc-api.js", [require.resolve("gstwebrtc-api"), "text/javascript"]]
  ]);
  const pages = http.createServer(async (request, response) => {
    const file = files.get(new URL(request.url, "http://pages").pathname);
    if (file === undefined) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { "Content-Type": file[1] }).end(await fs.readFile(file[0]));
  });
  pages.listen(0, "127.0.0.1");
  await once(pages, "listening");
  return pages;
}

export async function launchBrowser(modules, chromium, profile) {
  const require = createRequire(path.join(modules, "index.js"));

  return require("playwright-core").chromium.launchPersistentContext(profile, {
    executablePath: chromium,
    headless: true,
    timeout: 60000,
    args: [
      "--no-sandbox", "--disable-gpu", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
      "--allow-loopback-in-peer-connection", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync", "--disable-features=WebRtcHideLocalIpsWithMdns",
      "--autoplay-policy=no-user-gesture-required"
    ]
  });
}
