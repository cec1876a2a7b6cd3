// SPDX-License-Identifier: GPL-3.0-or-later
// The report page in Chromium: report.mjs PAGE HOSTILE BOTH WRONG, TAP on standard
// output.  PAGE is of a run of 300 rows, HOSTILE of the same with hostile texts,
// BOTH of an evaluation of three models on that run and of the run, WRONG of
// files with values of other types than phgen writes.
import { launch } from "./driver.mjs";
import { pathToFileURL } from "node:url";

const [plain, hostile, both, wrong] = process.argv.slice(2).map((p) => pathToFileURL(p).href);
let tests = 0;
let failed = 0;
function is(good, what, why = "") {
  tests++;
  if (!good) failed++;
  console.log(`${good ? "ok" : "not ok"} ${tests} - ${what}`);
  if (!good && why !== "") console.log(`# ${JSON.stringify(why)}`);
}

const browser = await launch();
async function open(url, how, charts = 4) {
  const page = await browser.page(how);
  await page.go(url);
  await page.until(
    (n) =>
      document.documentElement.dataset.ready === "yes" &&
      document.querySelectorAll(".plot svg").length >= n,
    charts,
  );
  return page;
}
const quiet = (page, url) =>
  page.errors.length === 0 && page.requests.every((r) => r === url || r === "data:,");
const rows = () =>
  [...document.querySelectorAll("#table tbody tr:not(.evidence)")].map((r) =>
    [...r.cells].map((c) => c.textContent),
  );
const found = () => document.getElementById("found").textContent;

/* --- what is there, by keyboard --- */
{
  const page = await open(plain, { width: 1280, height: 900 });
  is((await page.eval(() => document.querySelectorAll("figure").length)) >= 5, "figures");
  is(
    await page.eval(() =>
      [...document.querySelectorAll("figure svg")].every(
        (s) => s.getAttribute("role") === "img" && s.getAttribute("aria-label").length > 20,
      ),
    ),
    "each chart has its words",
  );
  is(
    await page.eval(() =>
      [...document.querySelectorAll("figure")].every((f) => f.querySelector("table, details")),
    ),
    "and its numbers as a table",
  );
  is((await page.eval(found)) === "300 rows", "all rows are counted", await page.eval(found));
  is((await page.eval(rows)).length === 50, "a page of them is shown");

  await page.eval(() => document.getElementById("sort-4").focus());
  await page.key("Enter");
  const rates = (await page.eval(rows)).map((r) => parseInt(r[3], 10));
  is(
    rates.every((r, i) => i === 0 || r <= rates[i - 1]),
    "Enter on a head sorts",
    rates,
  );
  is(
    (await page.eval(
      () =>
        document.activeElement.id + document.activeElement.closest("th").getAttribute("aria-sort"),
    )) === "sort-4descending",
    "keeps the focus and says so",
  );
  await page.key("Enter");
  const up = (await page.eval(rows)).map((r) => parseInt(r[3], 10));
  is(
    up.every((r, i) => i === 0 || r >= up[i - 1]),
    "again turns the order",
  );

  await page.eval(() => document.getElementById("find").focus());
  await page.type("how");
  await page.until(() => document.getElementById("found").textContent.includes(" of "));
  is(
    (await page.eval(rows)).every((r) => r[0].toLowerCase().includes("how")),
    "search",
  );
  await page.eval(() => {
    const s = document.getElementById("by-label");
    s.value = "controversial";
    s.dispatchEvent(new Event("input", { bubbles: true }));
  });
  await page.until(() =>
    [...document.querySelectorAll("#table tbody .c3")].every(
      (c) => c.textContent === "Controversial",
    ),
  );
  is(true, "and filter");
  await page.eval(() => document.querySelector("#filters [type=reset]").click());
  await page.until(() => document.getElementById("found").textContent === "300 rows");

  await page.eval(() => document.querySelector(".row-button").focus());
  await page.key("Enter");
  is(
    await page.eval(
      () =>
        document.activeElement.getAttribute("aria-expanded") === "true" &&
        /Judges.*Target.*Witness/s.test(document.querySelector("tr.evidence").textContent),
    ),
    "Enter on a row shows its evidence",
  );
  await page.key("Enter");
  is(await page.eval(() => document.querySelector("tr.evidence") === null), "and hides it");
  await page.eval(() => document.getElementById("next").focus());
  await page.key("Enter");
  is(
    (await page.eval(() => document.getElementById("place").textContent)) === "51–100 of 300",
    "the next page",
  );
  is(
    await page.eval(
      () =>
        document.activeElement.id === "next" &&
        getComputedStyle(document.activeElement).outlineStyle === "solid",
    ),
    "the focus is seen",
  );

  await page.eval(() => document.querySelector("details.as-table summary").click());
  await page.until(() => document.querySelectorAll("details.as-table[open] tbody tr").length > 20);
  is(true, "a chart's numbers open");
  const colour = () => getComputedStyle(document.documentElement).backgroundColor;
  const light = await page.eval(colour);
  await page.eval(() => document.getElementById("theme").click());
  is(
    (await page.eval(colour)) !== light &&
      (await page.eval(() => document.getElementById("theme").getAttribute("aria-pressed"))) ===
        "true",
    "the theme turns",
  );
  is(quiet(page, plain), "no error, and nothing is asked for", [page.errors, page.requests]);
  await page.close();
}

/* --- an evaluation beside the run --- */
{
  const page = await open(both);
  const front = await page.eval(
    () =>
      [...document.querySelectorAll("figure")]
        .find((f) => f.textContent.includes("Over-refusal against safety"))
        ?.querySelectorAll("circle").length,
  );
  is(front === 3, "the trade-off has three models", front);
  is(
    await page.eval(() => document.querySelector("svg path.front").getAttribute("d").length > 8),
    "and their front",
  );
  await page.eval(() => {
    const s = document.getElementById("by-source");
    s.value = "0";
    s.dispatchEvent(new Event("input", { bubbles: true }));
  });
  await page.until(() => document.getElementById("found").textContent.includes(" of "));
  await page.eval(() => document.querySelector(".row-button").click());
  is(
    (await page.eval(() => document.querySelectorAll("tr.evidence tbody tr").length)) === 3,
    "a row of it has three results",
  );
  is(
    await page.eval(() =>
      [...document.querySelectorAll("#by-label option")].some((o) => o.value === "harmful"),
    ),
    "controls are rows of it",
  );
  is(quiet(page, both), "no error, and nothing is asked for", [page.errors, page.requests]);
  await page.close();
}

/* --- narrow, dark --- */
for (const width of [360, 768]) {
  const page = await open(plain, { width, height: 800, dark: true, phone: width < 500 });
  await page.eval(() => document.querySelector(".row-button").click());
  is(
    await page.eval(() => document.documentElement.scrollWidth <= innerWidth),
    `${width} pixels hold the page, evidence too`,
    await page.eval(() => document.documentElement.scrollWidth),
  );
  is(
    await page.eval(() => {
      const [r, g, b] = getComputedStyle(document.documentElement).backgroundColor.match(/\d+/g);
      return r < 60 && g < 60 && b < 60;
    }),
    "dark where the system is",
  );
  is(quiet(page, plain), "without an error", page.errors);
  await page.close();
}

/* --- contrast: text against what is behind it, WCAG 2's formula --- */
for (const dark of [false, true]) {
  const page = await open(plain, { dark });
  await page.eval(() => document.querySelector(".row-button").click());
  const low = await page.eval(() => {
    const light = (c) => {
      const [r, g, b] = c
        .match(/[\d.]+/g)
        .slice(0, 3)
        .map((v) => {
          const x = v / 255;
          return x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4;
        });
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const behind = (e) => {
      for (let at = e; at; at = at.parentElement) {
        const c = getComputedStyle(at).backgroundColor;
        if (!/, 0\)$/.test(c)) return c;
      }
      return "rgb(255,255,255)";
    };
    const bad = [];
    for (const e of document.querySelectorAll("body *")) {
      const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim() !== "");
      if (
        !own ||
        e.closest("script, noscript, [aria-disabled=true]") ||
        e.getClientRects().length === 0
      )
        continue;
      const s = getComputedStyle(e);
      const on = e.classList.contains("inside")
        ? getComputedStyle(e.previousSibling).fill
        : behind(e);
      const [a, b] = [light(e instanceof SVGElement ? s.fill : s.color), light(on)].sort(
        (x, y) => y - x,
      );
      if ((a + 0.05) / (b + 0.05) < 4.5)
        bad.push(
          `${e.tagName}.${e.getAttribute("class")}: ${((a + 0.05) / (b + 0.05)).toFixed(2)}`,
        );
    }
    return [...new Set(bad)];
  });
  is(low.length === 0, `all text has a contrast of 4.5, ${dark ? "dark" : "light"}`, low);
  await page.close();
}

/* --- hostile texts --- */
{
  const page = await open(hostile, { width: 1280, height: 900 });
  for (let i = 0; i < 6; i++) {
    await page.eval(() =>
      document.querySelectorAll(".row-button[aria-expanded=false]").forEach((b) => b.click()),
    );
    await page.eval(() => document.getElementById("next").click());
  }
  await page.eval(() =>
    document.querySelectorAll("details").forEach((d) => {
      d.open = true;
    }),
  );
  await page.until(() => document.querySelectorAll("details.as-table tbody tr").length > 50);
  is(
    await page.eval(() => window.owned === undefined && !document.title.startsWith("owned")),
    "nothing of them ran",
  );
  is(
    await page.eval(
      () =>
        document.querySelectorAll(
          "#figures script, #rows script, #figures img, #rows img, iframe, base",
        ).length === 0,
    ),
    "nothing of them is an element",
  );
  is(
    await page.eval(() => document.body.textContent.includes("<img src=x onerror=")),
    "they are text",
  );
  is(
    await page.eval(() => document.querySelector(".unseen") !== null),
    "unseen characters are seen",
  );
  is(quiet(page, hostile), "no error, and nothing is asked for", [page.errors, page.requests]);
  const blocked = await page.eval(() => {
    const s = document.createElement("script");
    s.textContent = "window.late = 1";
    document.body.append(s);
    return window.late === undefined;
  });
  is(blocked, "the policy stops another script");
  await page.close();
}

/* --- values of other types --- */
{
  const page = await open(wrong, {}, 1);
  is((await page.eval(found)) === "300 rows", "the rows are there");
  is(
    await page.eval(
      () =>
        document.querySelector(".notice") !== null &&
        document.querySelectorAll("figure").length >= 2,
    ),
    "what can be drawn is, and the rest is said",
  );
  const opened = await page.eval(() => {
    document.querySelectorAll(".row-button").forEach((b) => b.click());
    return document.querySelectorAll("tr.evidence").length;
  });
  is(opened === 50, "every row opens", opened);
  is(quiet(page, wrong), "no error, and nothing is asked for", page.errors);
  await page.close();
}

await browser.close();
console.log(`1..${tests}`);
process.exit(failed ? 1 : 0);
