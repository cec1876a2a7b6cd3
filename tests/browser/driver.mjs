// SPDX-License-Identifier: GPL-3.0-or-later
// Headless Chromium for tests and pictures, over the DevTools protocol on a
// pipe: no port, no package.
//
//     const browser = await launch();
//     const page = await browser.page({ width: 390, height: 844, dark: true });
//     await page.go(url);
//     await page.key("1");
//     await page.until(() => document.title.startsWith("1/"));
//     await page.shot("out.png");
//     page.errors        what the console or an exception said
//     page.requests      every address asked for
//     await browser.close();
//
// A function given to eval() or until() runs in the page, with JSON arguments.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const PATIENCE_MS = 20000;
const PROGRAMS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

export function program() {
  return [process.env.CHROMIUM, ...PROGRAMS].find((p) => p && existsSync(p));
}

export async function launch() {
  const home = await mkdtemp(join(tmpdir(), "phgen-browser-"));
  const child = spawn(program(), [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-dev-shm-usage",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-default-apps", "--no-default-browser-check", "--metrics-recording-only",
    "--force-color-profile=srgb", "--hide-scrollbars", "--font-render-hinting=none",
    "--remote-debugging-pipe", `--user-data-dir=${home}`,
  ], { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"], env: { ...process.env, HOME: home } });
  const exited = new Promise((done) => child.once("exit", done));
  const wire = new Wire(child.stdio[3], child.stdio[4]);
  return {
    // A context has cookies of its own: another person's browser.
    async context() {
      const { browserContextId } = await wire.send("Target.createBrowserContext");
      return browserContextId;
    },
    page: (how) => Page.open(wire, how),
    async close() {
      await wire.send("Browser.close").catch(() => {});
      setTimeout(() => child.kill("SIGKILL"), 5000).unref();
      await exited;
      await rm(home, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

// Messages are JSON with a NUL behind.
class Wire {
  #next = 1;
  #waiting = new Map();
  #rest = "";
  listeners = new Map(); // by session

  constructor(out, input) {
    this.out = out;
    input.setEncoding("utf8");
    input.on("data", (text) => this.#read(text));
  }

  #read(text) {
    const parts = (this.#rest + text).split("\0");
    this.#rest = parts.pop();
    for (const part of parts) this.#hear(JSON.parse(part));
  }

  #hear(m) {
    if (m.id === undefined) {
      this.listeners.get(m.sessionId)?.(m.method, m.params);
      return;
    }
    const { done, fail } = this.#waiting.get(m.id);
    this.#waiting.delete(m.id);
    if (m.error) fail(new Error(m.error.message));
    else done(m.result);
  }

  send(method, params = {}, sessionId = undefined) {
    const id = this.#next++;
    this.out.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    return new Promise((done, fail) => this.#waiting.set(id, { done, fail }));
  }
}

const KEYS = {
  Enter: { code: "Enter", windowsVirtualKeyCode: 13, text: "\r" },
  Escape: { code: "Escape", windowsVirtualKeyCode: 27 },
  Tab: { code: "Tab", windowsVirtualKeyCode: 9 },
  ArrowLeft: { code: "ArrowLeft", windowsVirtualKeyCode: 37 },
  ArrowRight: { code: "ArrowRight", windowsVirtualKeyCode: 39 },
};

class Page {
  errors = [];
  requests = [];

  static async open(wire, { context, width = 1280, height = 900, dark = false, phone = false, still = false } = {}) {
    const page = new Page();
    const { targetId } = await wire.send("Target.createTarget",
      { url: "about:blank", browserContextId: context });
    const { sessionId } = await wire.send("Target.attachToTarget", { targetId, flatten: true });
    page.targetId = targetId;
    page.wire = wire;
    page.send = (method, params) => wire.send(method, params, sessionId);
    wire.listeners.set(sessionId, (method, params) => page.#hear(method, params));
    for (const domain of ["Page", "Runtime", "Network", "Log"]) await page.send(`${domain}.enable`);
    await page.send("Emulation.setDeviceMetricsOverride",
      { width, height, deviceScaleFactor: phone ? 2 : 1, mobile: phone });
    if (phone) await page.send("Emulation.setTouchEmulationEnabled", { enabled: true });
    await page.send("Emulation.setEmulatedMedia", {
      features: [
        { name: "prefers-color-scheme", value: dark ? "dark" : "light" },
        { name: "prefers-reduced-motion", value: still ? "reduce" : "no-preference" },
      ],
    });
    return page;
  }

  #hear(method, params) {
    if (method === "Network.requestWillBeSent") this.requests.push(params.request.url);
    if (method === "Runtime.exceptionThrown") {
      const e = params.exceptionDetails;
      this.errors.push(e.exception?.description ?? e.text);
    }
    if (method === "Runtime.consoleAPICalled" && ["error", "warning", "assert"].includes(params.type)) {
      this.errors.push(params.args.map((a) => a.value ?? a.description).join(" "));
    }
    if (method === "Log.entryAdded" && ["error", "warning"].includes(params.entry.level)) {
      this.errors.push(`${params.entry.text} ${params.entry.url ?? ""}`);
    }
  }

  async go(url) {
    const { errorText } = await this.send("Page.navigate", { url });
    if (errorText) throw new Error(`${url}: ${errorText}`);
  }

  reload() {
    return this.send("Page.reload");
  }

  async eval(what, ...args) {
    const expression = `(${what})(...${JSON.stringify(args)})`;
    const got = await this.send("Runtime.evaluate",
      { expression, awaitPromise: true, returnByValue: true, userGesture: true });
    if (got.exceptionDetails) {
      throw new Error(got.exceptionDetails.exception?.description ?? got.exceptionDetails.text);
    }
    return got.result.value;
  }

  // Waits for the function to be true of the page.
  async until(what, ...args) {
    const end = Date.now() + PATIENCE_MS;
    for (;;) {
      const is = await this.eval(what, ...args).catch(() => false); // between two pages
      if (is) return;
      if (Date.now() > end) throw new Error(`never true: ${what} ${JSON.stringify(args)}`);
      await new Promise((done) => setTimeout(done, 20));
    }
  }

  async key(key, modifiers = 0) {
    const special = KEYS[key];
    const text = modifiers ? undefined : special ? special.text : key;
    await this.send("Input.dispatchKeyEvent", { type: text ? "keyDown" : "rawKeyDown", key, text, modifiers, ...(modifiers ? { ...special, text: undefined } : special) });
    await this.send("Input.dispatchKeyEvent", { type: "keyUp", key, modifiers, ...special });
  }

  type(text) {
    return this.send("Input.insertText", { text });
  }

  async click(selector) {
    const at = await this.eval((s) => {
      const e = document.querySelector(s);
      e.scrollIntoView({ block: "nearest" });
      const r = e.getBoundingClientRect();
      return { x: r.x + r.width / 2, y: r.y + r.height / 2 };
    }, selector);
    for (const type of ["mousePressed", "mouseReleased"]) {
      await this.send("Input.dispatchMouseEvent", { type, ...at, button: "left", clickCount: 1 });
    }
  }

  async shot(path, { whole = false } = {}) {
    const { data } = await this.send("Page.captureScreenshot", { format: "png", captureBeyondViewport: whole });
    await writeFile(path, Buffer.from(data, "base64"));
  }

  close() {
    return this.wire.send("Target.closeTarget", { targetId: this.targetId });
  }
}
