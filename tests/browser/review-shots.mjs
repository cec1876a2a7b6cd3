// SPDX-License-Identifier: GPL-3.0-or-later
// The pictures of docs/review.md: review-shots.mjs RUN FOLDER
import { launch } from "./driver.mjs";
import { review } from "./tap.mjs";

const [run, folder] = process.argv.slice(2);
const server = await review([run, "--seed", "8", "--quiet"]);
const browser = await launch();

async function open(url, name, how) {
  const page = await browser.page({ still: true, ...how });
  await page.go(url);
  await page.until(() => document.getElementById("welcome")?.hidden === false);
  await page.click("#welcome-name");
  await page.type(name);
  await page.key("Enter");
  await page.until(() => document.querySelector(".last .words"));
  return page;
}

async function label(page, keys) {
  for (const [i, key] of [...keys].entries()) {
    await page.key(key);
    await page.until((n) => document.title.startsWith(`${n}/`), i + 1);
  }
}

async function evidence(page) {
  await page.click("#evidence-open");
  await page.until(() => document.querySelector("#evidence table"));
  await page.eval(() => scrollTo(0, 0));
}

try {
  const anna = await open(server.url, "anna", { width: 1180, height: 820 });
  await label(anna, "111211311");
  await anna.shot(`${folder}/review-light.png`);
  const ben = await open(server.base, "ben", { width: 1180, height: 960, dark: true });
  await label(ben, "2111");
  await ben.key("p");
  await ben.until(() => document.querySelector("[aria-pressed=true]"));
  await evidence(ben);
  await ben.shot(`${folder}/review-dark.png`);
  const cleo = await open(server.base, "cleo", { width: 390, height: 844, phone: true });
  for (let i = 0; i < 60 && await cleo.eval(() => document.querySelectorAll(".turn").length) < 3; i++) {
    const was = await cleo.eval(() => document.getElementById("place").textContent);
    await cleo.click("#next");
    await cleo.until((w) => document.getElementById("place").textContent !== w, was);
  }
  await cleo.shot(`${folder}/review-phone.png`);
} finally {
  await browser.close();
  await server.end();
}
