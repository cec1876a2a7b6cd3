// SPDX-License-Identifier: GPL-3.0-or-later
// What models and other people said of a row, for who asks.
import { element, plain } from "/text.js";

const said = (text, className = "") => {
  const e = element("span", className);
  plain(e, String(text));
  return e;
};

const percent = (x) => `${Math.round(100 * x)} %`;

function table(title, heads, lines) {
  const box = element("div", "sheet");
  const t = element("table");
  const head = element("tr");
  t.append(element("caption", "", title));
  for (const h of heads) {
    const cell = element("th", "", h);
    cell.scope = "col";
    head.append(cell);
  }
  t.append(head);
  for (const line of lines) {
    const tr = element("tr");
    for (const value of line) {
      const cell = element("td");
      cell.append(value instanceof Node ? value : said(value ?? ""));
      tr.append(cell);
    }
    t.append(tr);
  }
  box.append(t);
  return box;
}

const verdict = (name) => said(name, `tag ${name}`);

function facts(e) {
  const list = element("dl", "facts");
  const add = (name, value) => {
    if (value === undefined || value === null || value === "") return;
    const dd = element("dd");
    dd.append(value instanceof Node ? value : said(value));
    list.append(element("dt", "", name), dd);
  };
  add("Label in the run", verdict(e.label ?? ""));
  add("Looks like", e.category);
  add("Meant as", e.benign_reading);
  add("Alarming words", (e.focus ?? []).join(", "));
  return list;
}

export function showEvidence(to, e) {
  const title = element("h2", "", "Evidence");
  title.id = "evidence-title";
  title.tabIndex = -1;
  const parts = [title, facts(e)];
  if (e.people?.length) {
    parts.push(table("People", ["Who", "Verdict", "Note"],
      e.people.map((p) => [p.annotator, verdict(p.verdict), p.note])));
  }
  if (e.judges?.length) {
    parts.push(table("Judges", ["Model", "Verdict", "Reason"],
      e.judges.map((j) => [j.model, verdict(j.verdict), j.reason])));
  }
  if (e.targets?.length) {
    parts.push(table("Targets", ["Model", "Refused", "What it said"],
      e.targets.map((t) => [t.model,
        `${t.refusals} of ${t.samples} (${percent(t.wilson_low)} to ${percent(t.wilson_high)})`,
        t.excerpt])));
  }
  if (e.witness) {
    parts.push(table("Witness", ["Model", "Verdict", "Its answer begins"],
      [[e.witness.model, said(e.witness.verdict.replaceAll("_", " ")), e.witness.excerpt]]));
  }
  to.replaceChildren(...parts);
  to.hidden = false;
  title.focus();
}
