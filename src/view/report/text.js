/* SPDX-License-Identifier: GPL-3.0-or-later */
// Elements and words.  Texts from the data go in by textContent alone.

function h(tag, props, ...children) {
  const e = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) e.addEventListener(name.slice(2), value);
    else e.setAttribute(name, value === true ? "" : value);
  }
  for (const c of children.flat(Infinity)) {
    if (c !== null && c !== undefined && c !== false) e.append(c);
  }
  return e;
}

const isNumber = (x) => typeof x === "number" && Number.isFinite(x);
const asText = (x) =>
  typeof x === "string" ? x : x === null || x === undefined ? "" : JSON.stringify(x);
const asList = (x) => (Array.isArray(x) ? x : []);
const asPairs = (x) =>
  x !== null && typeof x === "object" && !Array.isArray(x) ? Object.entries(x) : [];

const count = d3.format(",");
const whole = (x) => (isNumber(x) ? count(x) : "–");
const percent = (x) => (isNumber(x) ? `${(100 * x).toFixed(1)}%` : "–");
const decimal = (x) => (isNumber(x) ? x.toFixed(2) : "–");
const dollars = (x) =>
  isNumber(x) ? `$${x > 0 && x < 0.01 ? x.toPrecision(2) : x.toFixed(2)}` : "–";
// A share of few: "100%", not "100.0%".
const short = (x) => (isNumber(x) ? `${Math.round(100 * x)}%` : "–");
const between = (low, high) =>
  isNumber(low) && isNumber(high) ? `${(100 * low).toFixed(1)}–${(100 * high).toFixed(1)}%` : "";

// "self-harm" is "Self-harm", "not_refused" is "Not refused".
const HYPHENED = /\b(self|non|near|first|false) (harm|sexual|duplicate|look|common)/g;
function title(slug) {
  const words = asText(slug)
    .replace(/[-_]/g, " ")
    .replace(HYPHENED, (all, a, b) => (a === "false" || a === "first" ? all : `${a}-${b}`));
  return words.charAt(0).toUpperCase() + words.slice(1);
}

// Characters that nobody sees, or that turn text around, are shown by number.
const UNSEEN =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e007f}]/u;
function words(text) {
  const s = asText(text);
  if (!UNSEEN.test(s)) return [s];
  return s
    .split(new RegExp(`(${UNSEEN.source})`, "u"))
    .filter((part) => part !== "")
    .map((part) =>
      part.length <= 2 && UNSEEN.test(part)
        ? h(
            "span",
            { class: "unseen" },
            `U+${part.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}`,
          )
        : part,
    );
}

const TONES = {
  harmless: "good",
  controversial: "warn",
  harmful: "bad",
  full: "bad",
  partial: "warn",
  complied: "good",
  full_refusal: "bad",
  partial_refusal: "warn",
  compliance: "good",
  harmless_answer: "good",
  good: "good",
};
const tag = (value) =>
  h("span", { class: `tag ${TONES[value] ?? "plain"}` }, ...words(title(value)));

// A table: columns are [head, cell(row), isNumeric].  On a narrow page the rows
// of evidence become blocks, and then only the roles say that it is a table.
function numbers(columns, rows) {
  const cell =
    (r) =>
    ([head, value, numeric], i) => {
      const v = value(r);
      return h(
        i === 0 ? "th" : "td",
        {
          scope: i === 0 && "row",
          role: i === 0 ? "rowheader" : "cell",
          class: numeric && "n",
          "data-head": head,
        },
        ...(v instanceof Node ? [v] : words(v)),
      );
    };
  return h(
    "div",
    { class: "sheet" },
    h(
      "table",
      { role: "table" },
      h(
        "thead",
        { role: "rowgroup" },
        h(
          "tr",
          { role: "row" },
          columns.map(([head, , numeric]) =>
            h("th", { scope: "col", role: "columnheader", class: numeric && "n" }, head),
          ),
        ),
      ),
      h(
        "tbody",
        { role: "rowgroup" },
        rows.map((r) => h("tr", { role: "row" }, columns.map(cell(r)))),
      ),
    ),
  );
}
