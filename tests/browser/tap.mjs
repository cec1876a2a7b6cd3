// SPDX-License-Identifier: GPL-3.0-or-later
// TAP for tests in the browser, and the server that they are about.
//
//     const t = tap();
//     t.is(await page.title(), "x", "the title");
//     t.end();
//     const server = await review(["run", "-a", "anna"]);   tests/cli's phgen
//     ... server.url; await server.end();                   by Ctrl-C
import { spawn } from "node:child_process";

export function tap() {
  let n = 0;
  let bad = 0;
  const t = {
    ok(good, what) {
      n += 1;
      bad += good ? 0 : 1;
      console.log(`${good ? "ok" : "not ok"} ${n} - ${what}`);
    },
    is(got, wanted, what) {
      const [a, b] = [got, wanted].map((v) => JSON.stringify(v));
      t.ok(a === b, what);
      if (a !== b) console.log(`# got ${a}, wanted ${b}`);
    },
    end() {
      console.log(`1..${n}`);
      process.exitCode = bad ? 1 : 0;
    },
  };
  return t;
}

export async function review(args) {
  const child = spawn(process.env.PHGEN, ["review", ...args], { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  const ended = new Promise((done) => child.once("exit", (code) => done(code)));
  const url = await new Promise((done, fail) => {
    child.stderr.on("data", (d) => {
      said += d;
      const found = /http:\S+\/open\/\S+/.exec(said);
      if (found) done(found[0]);
    });
    ended.then(() => fail(new Error(`phgen review ended: ${said}`)));
  });
  return {
    url,
    base: new URL("/", url).href,
    said: () => said,
    kill: () => child.kill("SIGKILL") && ended,
    end: () => child.kill("SIGINT") && ended,
  };
}
