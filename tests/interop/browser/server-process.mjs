// SPDX-License-Identifier: LGPL-2.1-or-later

import { spawn } from "node:child_process";
import { once } from "node:events";
import net from "node:net";
import { setTimeout as delay } from "node:timers/promises";

async function findFreePort() {
  const listener = net.createServer().listen(0, "127.0.0.1");
  await once(listener, "listening");
  const { port } = listener.address();
  listener.close();
  await once(listener, "close");
  return port;
}

async function accepts(port) {
  const socket = net.connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

// A signalling server that the test owns: a command that understands --host and --port.
export class ServerProcess {
  constructor(command) {
    this.command = command;
    this.port = 0;
    this.child = null;
  }

  get url() {
    return `ws://127.0.0.1:${this.port}`;
  }

  async start() {
    this.port ||= await findFreePort();
    const args = [...this.command.slice(1), "--host", "127.0.0.1", "--port", String(this.port)];
    this.child = spawn(this.command[0], args, { stdio: ["ignore", "ignore", "inherit"] });
    this.exit = once(this.child, "exit");
    for (let attempt = 0; !(await accepts(this.port)); attempt++) {
      if (this.child.exitCode !== null || attempt === 200) {
        throw new Error(`'${this.command.join(" ")}' does not listen on port ${this.port}`);
      }
      await delay(50);
    }
  }

  // The exit status, or the signal it died of.
  async stop(signal = "SIGTERM") {
    if (this.child === null) {
      return null;
    }
    this.child.kill(signal);
    const [code, name] = await this.exit;
    this.child = null;
    return name ?? code;
  }
}
