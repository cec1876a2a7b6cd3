// SPDX-License-Identifier: GPL-3.0-or-later
// The review page in Chromium.  tests/browser/review.sh makes the runs:
// `run`, and `hostile` whose one row has markup and unseen characters in it.
import { readFileSync } from "node:fs";
import { launch } from "./driver.mjs";
import { review, tap } from "./tap.mjs";

const t = tap();
const browser = await launch();
const everything = []; // pages, for what they asked for and complained of

async function open(url, how) {
  const page = await browser.page(how);
  everything.push(page);
  await page.go(url);
  return page;
}

const text = (page, selector) => page.eval((s) => document.querySelector(s)?.textContent, selector);
const place = (page, n) => page.until((at) => document.getElementById("place").textContent.startsWith(`Row ${at} of`), n);
const says = (page, what) => page.until((w) => document.getElementById("message").textContent.includes(w), what);
const labeled = (page, n) => page.until((k) => document.title.startsWith(`${k}/`), n);
const pressed = (page) => page.eval(() => document.querySelector("[aria-pressed=true]")?.value ?? null);

async function begin(page, name) {
  await page.until(() => document.getElementById("welcome")?.hidden === false);
  await page.type(name);
  await page.key("Enter");
  await page.until(() => document.querySelector(".last .words"));
}

async function test() {
  let server = await review(["run"]);
  const anna = await open(server.url);
  await begin(anna, "anna");
  t.ok(!(await anna.eval(() => location.href)).includes("/open/"), "the address keeps no secret");
  t.is(await anna.eval(() => document.cookie), "", "no script sees the cookie");
  t.is(await anna.eval(() => document.activeElement.id), "prompt", "the prompt has the focus");

  // --- by keyboard ---
  for (const [i, key] of ["1", "2", "3", "4"].entries()) {
    await anna.key(key);
    await labeled(anna, i + 1);
  }
  await place(anna, 5);
  await says(anna, "row 4 is unsure");
  t.ok(true, "one key a verdict, and on to the next row");
  await anna.key("u");
  await place(anna, 4);
  await labeled(anna, 3);
  t.is(await pressed(anna), null, "u takes the last verdict back");
  await anna.key("p");
  await place(anna, 3);
  t.is(await pressed(anna), "harmful", "p goes back, and the verdict is shown");
  await anna.key("1");
  await labeled(anna, 3);
  await says(anna, "row 3 is harmless");
  await anna.key("u");
  await place(anna, 3);
  t.is(await pressed(anna), "harmful", "undo brings an earlier verdict back");
  await anna.key("ArrowRight");
  await place(anna, 4);
  await anna.key("s");
  await place(anna, 5);
  await labeled(anna, 3);
  t.ok(true, "s skips");
  await anna.key("t");
  await anna.type("a note with 1 2 3 4 in it");
  await labeled(anna, 3);
  t.is(await anna.eval(() => document.activeElement.id), "note", "keys in a note are its text");
  await anna.key("Escape");
  await anna.key("1");
  await labeled(anna, 4);
  await anna.key("p");
  await place(anna, 5);
  t.is(await anna.eval(() => document.getElementById("note").value), "a note with 1 2 3 4 in it", "the note is there");
  await anna.key("e");
  await anna.until(() => document.querySelector("#evidence table"));
  t.ok((await text(anna, "#evidence")).includes("builtin:judge-strict"), "e shows the evidence");
  await anna.key("?");
  await anna.until(() => document.getElementById("help").open);
  await anna.click("#keys-on");
  await anna.key("Escape");
  await anna.until(() => !document.getElementById("help").open);
  await anna.key("n");
  await anna.click("#next");
  await place(anna, 6);
  t.ok(true, "single keys can be switched off, the buttons stay");
  await anna.eval(() => document.getElementById("keys-on").click());

  // --- reload, and a crash of the server ---
  await anna.reload();
  await place(anna, 6);
  await labeled(anna, 4);
  t.is(await text(anna, "#name"), "anna", "a reload goes on with the same person at the same row");
  await anna.key("u");
  await place(anna, 5);
  await labeled(anna, 3);
  t.ok(true, "undo works after a reload");
  await anna.key("2");
  await labeled(anna, 4);

  // --- two tabs of one person ---
  const other = await open(server.base);
  await begin(other, "anna");
  await place(other, 4);
  await anna.eval(() => { location.hash = "#4"; location.reload(); });
  await place(anna, 4);
  await anna.key("1");
  await labeled(anna, 5);
  await other.key("3");
  await says(other, "changed in another tab");
  t.is(await pressed(other), "harmless", "the second tab does not overwrite what it has not seen");
  await other.key("3");
  await says(other, "row 4 is harmful");
  await labeled(other, 5);
  t.ok(true, "and may once it has");
  await anna.key("u");
  await says(anna, "nothing was undone");
  t.is(await pressed(anna), "harmful", "undo does not take back what another tab said");

  // --- two people ---
  const context = await browser.context();
  const stranger = await open(server.base, { context });
  await stranger.until(() => document.body.textContent.includes("Open the link"));
  t.ok(true, "another browser without the link gets nothing");
  await stranger.close();
  const ben = await open(server.base);
  await begin(ben, "ben");
  await labeled(ben, 0);
  for (let i = 1; i <= 3; i++) {
    await ben.key("1");
    await labeled(ben, i);
  }
  t.is(await text(ben, "#name"), "ben", "another tab is another person");
  await server.kill();
  await ben.key("1");
  await says(ben, "does not answer");
  await place(ben, 4);
  t.ok(true, "a verdict that was not stored does not go on");
  everything.length = 0; // the errors of a server that is gone

  server = await review(["run"]);
  const again = await open(server.url);
  await begin(again, "ben");
  await labeled(again, 3);
  await place(again, 4);
  t.ok(true, "killed, and every verdict that was said to be saved is there");
  for (let i = 4; i <= 12; i++) {
    await again.key("1");
    await labeled(again, i);
  }
  await again.until(() => !document.getElementById("done").hidden);
  t.ok((await text(again, "#done-text")).includes("12 of 12"), "the end says so");
  t.is(await server.end(), 0, "Ctrl-C ends it well");
  const rows = ["dataset", "rejected"].flatMap((name) => readFileSync(`run/${name}.jsonl`, "utf8").split("\n").filter(Boolean).map((line) => JSON.parse(line)));
  const verdicts = rows.flatMap((r) => r.human?.verdicts ?? []);
  t.is(verdicts.filter((v) => v.annotator === "anna").length, 5, "anna's five verdicts are in the rows");
  t.is(verdicts.filter((v) => v.annotator === "ben").length, 12, "and ben's twelve, none twice");

  // --- text that is no text ---
  server = await review(["hostile", "--blind", "-a", "anna"]);
  const page = await open(server.url);
  await page.until(() => document.querySelector(".last .words"));
  const shown = await text(page, ".last .words");
  t.ok(shown.includes("<script>window.pwned = 1</script>"), "markup stays text");
  t.ok(shown.includes("<img src=http://127.0.0.1:9/x onerror=window.pwned=2>"), "of every kind");
  t.is(await page.eval(() => window.pwned ?? null), null, "and does nothing");
  t.ok(shown.includes("U+202E") && shown.includes("U+200B"), "characters that are not seen are shown");
  t.is(await page.eval(() => document.getElementById("evidence-open").hidden), true, "blind: no button for evidence");
  await page.key("e");
  t.is(await page.eval(() => fetch("/api/evidence", { method: "POST" }).then((r) => r.status)), 415, "nor the server's");
  page.errors.length = 0; // that one was asked for
  t.is(await page.eval(() => {
    try {
      document.body.innerHTML = "<b>x</b>";
      return "done";
    } catch {
      return "refused";
    }
  }), "refused", "the policy forbids markup from text");
  page.errors.length = 0;
  await server.end();

  // --- small, and with the keyboard alone ---
  server = await review(["run", "-a", "cleo"]);
  const phone = await open(server.url, { width: 320, height: 640, phone: true, dark: true, still: true });
  await phone.until(() => document.querySelector(".last .words"));
  t.is(await phone.eval(() => document.documentElement.scrollWidth), 320, "nothing is wider than a small phone");
  await phone.click("button[value=controversial]");
  await labeled(phone, 1);
  t.ok(true, "a touch is a verdict");
  const names = await phone.eval(() => [...document.querySelectorAll("button, input, textarea")].filter((e) => e.checkVisibility() && !(e.textContent.trim() || e.ariaLabel || e.labels?.length)).map((e) => e.id));
  t.is(names, [], "everything that can be used has a name");
  t.ok(await phone.eval(() => [...document.querySelectorAll("button")].filter((e) => e.checkVisibility()).every((e) => e.getBoundingClientRect().height >= 36)), "and is large enough to touch");
  await server.end();

  t.is(everything.flatMap((p) => p.errors), [], "no console errors");
  t.is(everything.flatMap((p) => p.requests).filter((u) => !/^http:\/\/127\.0\.0\.1:\d+\//.test(u)), [], "no request leaves the page");
}

try {
  await test();
} catch (e) {
  t.ok(false, e.stack.replaceAll("\n", " | "));
} finally {
  await browser.close();
}
t.end();
