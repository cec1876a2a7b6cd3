// SPDX-License-Identifier: GPL-3.0-or-later
// Pictures of the report page for docs/img: shots.mjs RUN EVAL FOLDER, pages
// of a run and of an evaluation.
import { launch } from "./driver.mjs";
import { pathToFileURL } from "node:url";
import { join } from "node:path";

const [run, evaluation, folder] = process.argv.slice(2);
const browser = await launch();

async function shot(file, name, how, at = null) {
  const page = await browser.page({ still: true, ...how });
  await page.go(pathToFileURL(file).href);
  await page.until(
    () =>
      document.documentElement.dataset.ready === "yes" &&
      document.querySelectorAll(".plot svg").length > 1,
  );
  if (at) {
    await page.eval((selector) => {
      if (selector === "#rows") document.querySelector("#table .row-button").click();
      document.querySelector(selector).scrollIntoView();
    }, at);
  }
  await new Promise((done) => setTimeout(done, 300)); // two frames, and the charts' widths
  await page.shot(join(folder, name));
  await page.close();
}

await shot(run, "report-light.png", { width: 1280, height: 1180 });
await shot(run, "report-dark.png", { width: 1280, height: 1000, dark: true }, "#rows");
await shot(run, "report-phone.png", { width: 390, height: 844, phone: true }, "div.figures");
await shot(evaluation, "report-eval.png", { width: 1280, height: 1180 });
await browser.close();
