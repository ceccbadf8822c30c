// SPDX-License-Identifier: LGPL-2.1-or-later

import { spawn } from "node:child_process";
import { once } from "node:events";
import net from "node:net";
import { createInterface } from "node:readline";

async function findFreePort() {
  const listener = net.createServer().listen(0, "127.0.0.1");
  await once(listener, "listening");
  const { port } = listener.address();
  listener.close();
  await once(listener, "close");
  return port;
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
    this.child = spawn(this.command[0], args, { stdio: ["ignore", "pipe", "inherit"] });
    this.exit = once(this.child, "exit");
    if (!(await this.readOutput())) {
      throw new Error(`'${this.command.join(" ")}' ended at once`);
    }
  }

  // Servers of the protocol say that they listen. Resolves to whether this one did, and reads on.
  readOutput() {
    const lines = createInterface({ input: this.child.stdout });

    return new Promise((resolve) => {
      lines.on("line", (line) => {
        if (/listening/i.test(line)) {
          resolve(true);
        }
      });
      lines.on("close", () => resolve(false));
    });
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
