// SPDX-License-Identifier: LGPL-2.1-or-later

// The test anything protocol: one line per case, the reason of a failure below it.
let count = 0;
let failures = 0;

export async function test(name, body) {
  count++;
  try {
    await body();
    console.log(`ok ${count} - ${name}`);
  } catch (error) {
    failures++;
    console.log(`not ok ${count} - ${name}`);
    console.log(String(error?.stack ?? error).replace(/^/gm, "# "));
  }
}

export function skip(name, reason) {
  console.log(`ok ${++count} - ${name} # SKIP ${reason}`);
}

export function note(text) {
  console.log(`# ${text}`);
}

export function finish() {
  console.log(`1..${count}`);
  process.exitCode = failures > 0 ? 1 : 0;
}
