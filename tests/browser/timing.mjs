// SPDX-License-Identifier: GPL-3.0-or-later
// How long Chromium takes over a report page: timing.mjs PAGE.  Prints seconds
// until the page is ready, and milliseconds of a search, a sort and of opening a
// row, each until the next frame is drawn, the median of five.
import { launch } from "./driver.mjs";
import { pathToFileURL } from "node:url";

const browser = await launch();
const page = await browser.page();
const start = performance.now();
await page.go(pathToFileURL(process.argv[2]).href);
await page.until(() => document.documentElement.dataset.ready === "yes");
const load = (performance.now() - start) / 1000;

// A search waits 80 ms for the next key; that is not counted.
const times = await page.eval(async () => {
  const WAIT = 80;
  const drawn = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  const median = (list) => list.sort((a, b) => a - b)[Math.floor(list.length / 2)];
  async function time(count, act, wait = 0) {
    const all = [];
    for (let i = 0; i < count; i++) {
      const from = performance.now();
      act(i);
      if (wait) await new Promise((done) => setTimeout(done, wait));
      await drawn();
      all.push(performance.now() - from - wait);
    }
    return median(all);
  }
  const find = document.getElementById("find");
  const search = await time(
    5,
    (i) => {
      find.value = ["how", "kill", "why is", "zzz", "e"][i];
      find.dispatchEvent(new Event("input", { bubbles: true }));
    },
    WAIT + 1,
  );
  document.querySelector("#filters [type=reset]").click();
  await new Promise((done) => setTimeout(done, 300));
  const sort = await time(5, (i) =>
    document.getElementById(["sort-1", "sort-4", "sort-2", "sort-5", "sort-1"][i]).click(),
  );
  const evidence = await time(5, (i) => document.querySelectorAll(".row-button")[i * 9].click());
  return { search, sort, evidence };
});
console.log(
  `${load.toFixed(2).padStart(9)} ${times.search.toFixed(0).padStart(9)} ${times.sort.toFixed(0).padStart(9)} ${times.evidence.toFixed(0).padStart(11)}`,
);
await browser.close();
