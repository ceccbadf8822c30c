// SPDX-License-Identifier: LGPL-2.1-or-later

// The page that our server serves, with other pages that produce.
//
//   node our-page.mjs MODULES CHROMIUM COMMAND [ARGUMENT...]
//
// With SCREENSHOTS=FOLDER in the environment, pictures of the page are left there.

import assert from "node:assert/strict";
import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { launchBrowser, servePages } from "./browser-tools.mjs";
import { ServerProcess } from "./server-process.mjs";
import { finish, note, test } from "./tap.mjs";

const TIMEOUT = 20000;
const ENOUGH_FRAMES = 10;

const [modules, chromium, ...command] = process.argv.slice(2);
const screenshots = process.env.SCREENSHOTS;

// --- what a viewer sees and does -----------------------------------------------------------------------------------

class Viewer {
  static async open(context, url) {
    const viewer = new Viewer();
    viewer.errors = [];
    viewer.page = await context.newPage();
    viewer.page.setDefaultTimeout(TIMEOUT);
    viewer.page.on("pageerror", (error) => viewer.errors.push(String(error)));
    viewer.page.on("console", (message) => {
      if (message.type() === "error" && !message.text().includes("WebSocket connection to")) {
        viewer.errors.push(message.text());
      }
    });
    viewer.response = await viewer.page.goto(url);
    return viewer;
  }

  card(name) {
    return this.page.locator(".card").filter({ has: this.page.getByRole("heading", { name, exact: true }) });
  }

  async shows(name, state) {
    await this.card(name).and(this.page.locator(`[data-state=${state}]`)).waitFor();
  }

  async signallingIs(state) {
    await this.page.locator(`#signalling[data-state=${state}]`).waitFor();
  }

  video(name) {
    return this.card(name).locator("video");
  }

  frames(name) {
    return this.video(name).evaluate((video) => video.getVideoPlaybackQuality().totalVideoFrames);
  }

  async framesGoOn(name) {
    const wanted = await this.frames(name) + ENOUGH_FRAMES;
    const video = await this.video(name).elementHandle();
    await this.page.waitForFunction(
      ([element, count]) => element.getVideoPlaybackQuality().totalVideoFrames >= count, [video, wanted]);
  }

  // How far the picture's pixels are from being all the same.
  spread(name) {
    return this.video(name).evaluate((video) => {
      const canvas = new OffscreenCanvas(64, 36);
      const context = canvas.getContext("2d");
      context.drawImage(video, 0, 0, 64, 36);
      const { data } = context.getImageData(0, 0, 64, 36);
      let least = 255;
      let most = 0;
      for (let i = 0; i < data.length; i += 4) {
        const light = (data[i] + data[i + 1] + data[i + 2]) / 3;
        least = Math.min(least, light);
        most = Math.max(most, light);
      }
      return most - least;
    });
  }

  // The highest sample, or the first that is loud.
  loudness(name) {
    return this.video(name).evaluate(async (video) => {
      const context = new AudioContext();
      const analyser = new AnalyserNode(context, { fftSize: 16384 });
      context.createMediaStreamSource(video.srcObject).connect(analyser);
      const samples = new Float32Array(analyser.fftSize);
      let most = 0;
      for (let frame = 0; frame < 120 && most <= 0.1; frame++) {
        await new Promise((next) => requestAnimationFrame(next));
        analyser.getFloatTimeDomainData(samples);
        most = samples.reduce((high, sample) => Math.max(high, Math.abs(sample)), most);
      }
      return most;
    });
  }

  async figures(name) {
    const rows = await this.card(name).locator(".figures > div").evaluateAll((divs) =>
      divs.map((div) => [...div.children].map((child) => child.textContent)));
    return Object.fromEntries(rows);
  }

  async figureMatches(name, term, pattern) {
    const value = this.card(name).locator(".figures > div").filter({ hasText: term }).first().locator("dd");
    await value.filter({ hasText: pattern }).waitFor();
  }

  async picture(name, size = { width: 1280, height: 800 }, colorScheme = "light") {
    if (screenshots) {
      await this.page.setViewportSize(size);
      await this.page.emulateMedia({ colorScheme });
      await this.page.evaluate(() => scrollTo(0, 0));
      await this.page.screenshot({ path: path.join(screenshots, `${name}.png`) });
    }
  }
}

async function openPage(context, url) {
  const page = await context.newPage();
  page.setDefaultTimeout(TIMEOUT);
  page.on("pageerror", (error) => note(String(error)));
  await page.goto(url);
  return page;
}

// --- the cases -----------------------------------------------------------------------------------------------------

async function testArrival(state) {
  await test("the server serves the page, and the page finds the server", async () => {
    state.viewer = await Viewer.open(state.context, state.pageUrl);
    assert.equal(state.viewer.response.status(), 200);
    await state.viewer.signallingIs("connected");
    await state.viewer.page.locator("#empty").waitFor();
    await state.viewer.picture("empty");
  });
  await test("a producer appears by its name, without being asked for", async () => {
    const { pagesUrl, serverUrl, context } = state;
    state.camera = await openPage(context, `${pagesUrl}/page.html?name=Camera&server=${encodeURIComponent(serverUrl)}`);
    await state.camera.waitForFunction(() => window.peer?.clientId);
    await state.camera.evaluate(() => window.peer.produce());
    await state.viewer.shows("Camera", "idle");
    assert.equal(await state.viewer.card("Camera").locator(".state").textContent(), "ready");
  });
  await test("a name is text, whatever it looks like", async () => {
    const name = "<img src=x onerror=alert(1)>";
    const page = await openPage(state.context,
      `${state.pagesUrl}/producer.html?name=${encodeURIComponent(name)}&server=${encodeURIComponent(state.serverUrl)}`);
    await state.viewer.shows(name, "idle");
    assert.equal(await state.viewer.page.locator("#streams img").count(), 0);
    await page.close();
    await state.viewer.card(name).waitFor({ state: "detached" });
  });
}

async function testWatching(state) {
  const { viewer } = state;

  await test("a click plays it: frames come, and they are a picture", async () => {
    await viewer.page.bringToFront();
    await viewer.card("Camera").getByRole("button", { name: "Watch Camera" }).click();
    await viewer.shows("Camera", "live");
    await viewer.framesGoOn("Camera");
    assert.ok(await viewer.spread("Camera") > 50, "the picture has one colour");
    assert.equal(await viewer.page.locator("#announcer").textContent(), "Camera: live");
  });
  await test("the figures are shown", async () => {
    await viewer.figureMatches("Camera", "Codec", /VP8|VP9|H264|AV1/);
    await viewer.figureMatches("Camera", "Resolution", /\d+ × \d+/);
    await viewer.figureMatches("Camera", "Frame rate", /[1-9]\d* fps/);
    await viewer.figureMatches("Camera", "Bit rate", /[1-9][\d.]* [kM]bit\/s/);
    await viewer.figureMatches("Camera", "Round trip", /\d ms/);
    await viewer.figureMatches("Camera", "First frame", /\d ms/);
    await viewer.figureMatches("Camera", "of that", /signalling \S+ ms, ICE \S+ ms, DTLS \S+ ms, frame \S+ ms/);
    note(JSON.stringify(await viewer.figures("Camera")));
  });
}

async function testLeaving(state) {
  const { viewer } = state;

  await test("the producer stops: ended, and the reason is said", async () => {
    await state.camera.evaluate(() => window.peer.stopProducing());
    await viewer.shows("Camera", "ended");
    assert.match(await viewer.card("Camera").locator(".why").textContent(), /\S+ \S+.*\./);
    assert.match(await viewer.page.locator("#announcer").textContent(), /^Camera: ended\. /);
    await viewer.picture("ended");
  });
  await test("it produces again: the same card can be watched again", async () => {
    await state.camera.evaluate(() => window.peer.produce());
    await viewer.page.bringToFront();
    await viewer.card("Camera").getByRole("button", { name: "Watch Camera again" }).click();
    await viewer.shows("Camera", "live");
    assert.equal(await viewer.card("Camera").count(), 1);
  });
}

async function testControl(state) {
  const { viewer } = state;

  await test("keys and pointer go to a producer that has a control channel", async () => {
    state.bars = await openPage(state.context,
      `${state.pagesUrl}/producer.html?name=Bars&server=${encodeURIComponent(state.serverUrl)}`);
    await viewer.page.bringToFront();
    await viewer.card("Bars").getByRole("button", { name: "Watch Bars" }).click();
    await viewer.shows("Bars", "live");
    await viewer.card("Bars").getByRole("button", { name: "Control" }).waitFor();
    await viewer.video("Bars").click();
    await viewer.page.keyboard.press("ArrowLeft");
    await viewer.page.keyboard.press("?");
    await viewer.page.keyboard.press("Escape");
    await state.bars.waitForFunction(() => window.producer.controlled.length >= 7);
    const requests = await state.bars.evaluate(() => window.producer.controlled);
    const events = requests.map(({ request }) => request.event);
    const press = events.find(({ event }) => event === "MouseButtonPress");
    assert.deepEqual(requests.map(({ id }) => id), requests.map((_, i) => i));
    assert.equal(press.button, 1);
    assert.ok(Math.abs(press.x - 320) < 4 && Math.abs(press.y - 180) < 4, `middle of the video: ${press.x}, ${press.y}`);
    assert.deepEqual(events.filter(({ event }) => event === "KeyPress").map(({ key }) => key), ["Left", "question"]);
    assert.ok(events.every((event) => typeof event.modifier_state === "string"));
    assert.equal(await viewer.page.evaluate(() => document.activeElement.className), "control");
  });
  await test("it starts without sound, and a button switches that on", async () => {
    const sound = viewer.card("Bars").getByRole("button", { name: "Sound" });
    assert.equal(await viewer.card("Camera").getByRole("button", { name: "Sound" }).count(), 0);
    assert.equal(await viewer.video("Bars").evaluate((video) => video.muted), true);
    await sound.click();
    assert.equal(await viewer.video("Bars").evaluate((video) => video.muted), false);
    assert.equal(await sound.getAttribute("aria-pressed"), "true");
    assert.ok(await viewer.loudness("Bars") > 0.1, "nothing is to be heard");
    await viewer.figureMatches("Bars", "Codec", /opus/i);
  });
  await test("by keyboard alone: stop and watch again", async () => {
    await viewer.card("Bars").locator("button.control").focus();
    await viewer.page.keyboard.press("Tab");
    assert.equal(await viewer.page.evaluate(() => document.activeElement.className), "stop");
    await viewer.page.keyboard.press("Enter");
    await viewer.shows("Bars", "idle");
    await viewer.page.keyboard.press("Enter");
    await viewer.shows("Bars", "live");
  });
  await test("pictures of the page", async () => {
    await viewer.framesGoOn("Bars");
    await viewer.figureMatches("Bars", "Bit rate", /[1-9][\d.]* [kM]bit\/s/);
    await viewer.picture("two");
    await viewer.picture("two-dark", undefined, "dark");
    await viewer.picture("wall", { width: 2560, height: 1440 });
    await viewer.picture("phone", { width: 390, height: 844 });
    await viewer.picture("phone-dark", { width: 390, height: 844 }, "dark");
    const width = await viewer.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(width <= 0, "the page is wider than the phone");
    await viewer.card("Camera").getByRole("button", { name: "Stop" }).click();
    await viewer.picture("one");
    await viewer.picture("one-dark", undefined, "dark");
    await viewer.page.setViewportSize({ width: 1280, height: 800 });
  });
}

async function testRestart(state, process) {
  const { viewer } = state;

  await test("the server goes: the page says so, and the media go on", async () => {
    await process.stop();
    await viewer.signallingIs("reconnecting");
    await viewer.framesGoOn("Bars");
    await viewer.shows("Bars", "live");
    await viewer.picture("reconnecting");
  });
  await test("the server is back: so is the list, and the media were never gone", async () => {
    const before = await viewer.frames("Bars");
    await process.start();
    await viewer.signallingIs("connected");
    await state.bars.waitForFunction(() => window.producer.registered >= 2);
    await viewer.page.waitForFunction(() => document.getElementById("count").textContent === "1");
    assert.equal(await viewer.card("Bars").count(), 1);
    await viewer.framesGoOn("Bars");
    await viewer.shows("Bars", "live");
    assert.ok(await viewer.frames("Bars") > before);
  });
  await test("a connection that breaks then is made again, with the producer's new id", async () => {
    await viewer.page.waitForFunction(() => document.getElementById("count").textContent === "1");
    await state.bars.evaluate(() => window.producer.breakConnections());
    await viewer.shows("Bars", "reconnecting");
    await viewer.shows("Bars", "live");
    await viewer.framesGoOn("Bars");
  });
}

async function testOtherServer(state) {
  await test("another signalling server can be named", async () => {
    const elsewhere = await Viewer.open(state.context,
      `${state.pageUrl}?signalling=${encodeURIComponent("ws://127.0.0.1:1/")}`);
    await elsewhere.page.locator("#signalling[title='ws://127.0.0.1:1/']").waitFor();
    assert.equal(await elsewhere.page.locator("#signalling").textContent(), "connecting");
    await elsewhere.page.close();
  });
}

async function run(state, process) {
  await testArrival(state);
  await testWatching(state);
  await testLeaving(state);
  await testControl(state);
  await testRestart(state, process);
  await testOtherServer(state);
  await test("nothing was refused or thrown in the page", () => assert.deepEqual(state.viewer.errors, []));
}

async function main() {
  const process = new ServerProcess(command);
  const profile = await fs.mkdtemp(path.join(os.tmpdir(), "signalling-interop-"));
  let pages = null;
  let context = null;

  try {
    await process.start();
    pages = await servePages(modules);
    context = await launchBrowser(modules, chromium, profile);
    await run({
      context,
      pagesUrl: `http://127.0.0.1:${pages.address().port}`,
      serverUrl: process.url,
      pageUrl: process.url.replace("ws:", "http:")
    }, process);
  } finally {
    await context?.close();
    pages?.closeAllConnections();
    pages?.close();
    await process.stop();
    await fs.rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
  finish();
}

await main();
