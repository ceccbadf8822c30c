// SPDX-License-Identifier: LGPL-2.1-or-later

// Two pages of a browser, one producing from a fake camera, one consuming, over a signalling server.
//
//   node browser.mjs MODULES CHROMIUM [--clean-close] (URL | COMMAND [ARGUMENT...])
//
// MODULES is the folder node_modules was installed in. With a command, the server is also restarted;
// --clean-close says that it answers and sends Close frames as RFC 6455 asks for.

import assert from "node:assert/strict";
import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { launchBrowser, servePages } from "./browser-tools.mjs";
import { ServerProcess } from "./server-process.mjs";
import { finish, note, skip, test } from "./tap.mjs";

const TIMEOUT = 20000;
const ENOUGH_FRAMES = 10;

const [modules, chromium, ...rest] = process.argv.slice(2);
const cleanClose = rest[0] === "--clean-close";
const server = cleanClose ? rest.slice(1) : rest;

// --- what the test does to a page ----------------------------------------------------------------------------------

class Page {
  static async open(context, pagesUrl, serverUrl, name) {
    const page = new Page();
    page.name = name;
    page.page = await context.newPage();
    page.page.on("pageerror", (error) => note(`${name}: ${error}`));
    page.page.setDefaultTimeout(TIMEOUT);
    await page.page.goto(`${pagesUrl}/page.html?name=${name}&server=${encodeURIComponent(serverUrl)}`);
    await page.page.waitForFunction(() => window.peer !== undefined);
    return page;
  }

  call(method, ...args) {
    return this.page.evaluate(([name, values]) => window.peer[name](...values), [method, args]);
  }

  get(property) {
    return this.page.evaluate((name) => window.peer[name], property);
  }

  // Waits until the event was told `times` times; who is told more often is found by whoever counts afterwards.
  async heard(kind, detail, times = 1) {
    try {
      await this.page.waitForFunction(([event, what, wanted]) => window.peer.count(event, what) >= wanted,
        [kind, detail, times]);
    } catch {
      const events = JSON.stringify(await this.get("events"));
      throw new Error(`${this.name} did not hear ${kind} of ${detail} ${times} time(s), only ${events}`);
    }
  }

  async decodes() {
    const before = await this.call("framesDecoded");
    await this.page.waitForFunction(async (wanted) => await window.peer.framesDecoded() >= wanted,
      before + ENOUGH_FRAMES);
    await this.page.waitForFunction(() => document.getElementById("video").currentTime > 0);
  }

  async assertNoErrors() {
    assert.equal(await this.call("count", "error"), 0, JSON.stringify(await this.get("events")));
  }
}

// --- the cases -----------------------------------------------------------------------------------------------------

async function testMeeting(state) {
  await test("both pages are welcomed and told of their own status", async () => {
    await state.a.heard("connected");
    await state.b.heard("connected");
    assert.notEqual(await state.a.get("clientId"), await state.b.get("clientId"));
  });
  await test("a producer is announced to a listener, and listed, with its meta", async () => {
    assert.equal(await state.a.call("produce"), true);
    state.id = await state.a.get("clientId");
    await state.b.heard("producerAdded", state.id);
    assert.deepEqual(await state.b.call("producers"),
      [{ id: state.id, meta: { name: "a", nested: { list: [1, "two", null], text: "ünïcødé ✓" } } }]);
  });
}

async function testEnds(state) {
  const consumerId = await state.b.get("clientId");

  await test("frames of the camera are decoded by the consumer", async () => {
    assert.equal(await state.b.call("consume", state.id), true);
    await state.b.decodes();
  });
  await test("the consumer closes first: the producer hears of it", async () => {
    await state.b.call("stopConsuming");
    await state.a.heard("clientConsumerRemoved", consumerId);
  });
  await test("the producer closes the session first: the consumer hears of it", async () => {
    await state.b.call("consume", state.id);
    await state.b.decodes();
    await state.a.call("stopLastClient");
    await state.b.heard("consumerClosed", state.id, 2);
  });
  await test("the consumer makes the offer: frames are decoded", async () => {
    await state.b.call("consume", state.id, { offerToReceiveVideo: true, offerToReceiveAudio: false });
    await state.b.decodes();
  });
}

async function testLeaving(state) {
  await test("the producer stops producing: session and producer end for the consumer", async () => {
    await state.a.call("stopProducing");
    await state.b.heard("consumerClosed", state.id, 3);
    await state.b.heard("producerRemoved", state.id);
    assert.deepEqual(await state.b.call("producers"), []);
  });
  await test("the page of the producer is closed: session and producer end for the consumer", async () => {
    await state.a.call("produce");
    await state.b.heard("producerAdded", state.id, 2);
    await state.b.call("consume", state.id);
    await state.b.decodes();
    await state.a.page.close();
    await state.b.heard("consumerClosed", state.id, 4);
    await state.b.heard("producerRemoved", state.id, 2);
  });
  await test("every end was told once, and nobody was told an error", async () => {
    assert.equal(await state.b.call("count", "consumerClosed"), 4);
    assert.equal(await state.b.call("count", "producerRemoved"), 2);
    await state.b.assertNoErrors();
  });
}

async function testRestart(state, process) {
  await test("a server that stops says so, and ends by itself", async () => {
    state.exit = await process.stop();
    await state.b.heard("disconnected");
    const ends = await state.b.page.evaluate(() => window.socketEnds);
    note(`the page saw ${JSON.stringify(ends)}, the server ended with ${state.exit}`);
    if (cleanClose) {
      assert.equal(ends.length, 1);
      assert.equal(ends[0].wasClean, true);
      assert.equal(ends[0].code, 1001);
      assert.equal(state.exit, 0);
    }
  });
  await test("after a restart the page comes back by itself, and can consume again", async () => {
    await process.start();
    await state.b.heard("connected", undefined, 2);
    const c = await Page.open(state.context, state.pagesUrl, state.serverUrl, "c");
    await c.heard("connected");
    await c.call("produce");
    const id = await c.get("clientId");
    await state.b.heard("producerAdded", id);
    await state.b.call("consume", id);
    await state.b.decodes();
  });
}

async function run(context, pagesUrl, serverUrl, process) {
  const state = { context, pagesUrl, serverUrl };

  state.a = await Page.open(context, pagesUrl, serverUrl, "a");
  state.b = await Page.open(context, pagesUrl, serverUrl, "b");
  await testMeeting(state);
  await testEnds(state);
  await testLeaving(state);
  if (process !== null) {
    await testRestart(state, process);
  } else {
    skip("restart of the server", "it is not ours to restart");
  }
}

async function main() {
  const process = server[0].includes("://") ? null : new ServerProcess(server);
  const profile = await fs.mkdtemp(path.join(os.tmpdir(), "signalling-interop-"));
  let pages = null;
  let context = null;

  try {
    await process?.start();
    pages = await servePages(modules);
    context = await launchBrowser(modules, chromium, profile);
    await run(context, `http://127.0.0.1:${pages.address().port}`, process?.url ?? server[0], process);
  } finally {
    await context?.close();
    pages?.closeAllConnections();
    pages?.close();
    await process?.stop();
    await fs.rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
  finish();
}

await main();
