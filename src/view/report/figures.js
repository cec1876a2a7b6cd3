/* SPDX-License-Identifier: GPL-3.0-or-later */
// What figures are made of: a sentence that says what it shows, a chart where
// that helps, and always the numbers as a table.

// A figure; `more` is a button's text and what it draws instead.
function figure({ name, about, draw, more, beside, columns, rows, open = false, kind = "" }) {
  const table = columns && (() => numbers(columns, rows));
  const box = h("div", { class: beside ? "pair" : "" }, draw && plot(draw), beside);
  const f = h(
    "figure",
    { class: `figure ${kind}` },
    h("figcaption", null, h("h3", null, name), about && h("p", null, ...[about].flat())),
    box,
  );
  if (more) {
    const button = h(
      "button",
      {
        type: "button",
        class: "quiet",
        onclick: () => {
          box.replaceChildren(plot(more.draw));
          button.remove();
        },
      },
      more.text,
    );
    f.append(button);
  }
  if (table && open) f.append(table());
  else if (table) {
    // Made when it is opened: thousands of rows are slow to lay out.
    const d = h(
      "details",
      { class: "as-table" },
      h("summary", null, "As a table", h("span", { class: "for-screen-readers" }, ` of ${name}`)),
    );
    d.addEventListener("toggle", () => {
      if (d.open && d.children.length === 1) d.append(table());
    });
    f.append(d);
  }
  return f;
}

// A headline: a number, what it is, and its interval as a line on a scale of 0 to 1.
function headline(value, what, { low, high, rate, note } = {}) {
  const scale = isNumber(low) && isNumber(high) && d3.scaleLinear().range([0, 100]);
  const line =
    scale &&
    d3
      .create("svg")
      .attr("class", "gauge")
      .attr("viewBox", "0 0 100 8")
      .attr("preserveAspectRatio", "none")
      .attr("aria-hidden", "true");
  if (line) {
    line
      .append("rect")
      .attr("class", "gauge-all")
      .attr("y", 3)
      .attr("width", 100)
      .attr("height", 2);
    line
      .append("rect")
      .attr("class", "gauge-range")
      .attr("x", scale(low))
      .attr("y", 2)
      .attr("height", 4)
      .attr("width", Math.max(0.6, scale(high - low)));
    line
      .append("rect")
      .attr("class", "gauge-at")
      .attr("x", scale(rate) - 0.4)
      .attr("width", 0.8)
      .attr("height", 8);
  }
  return h(
    "div",
    { class: "headline" },
    h("dt", null, what),
    h(
      "dd",
      null,
      h("span", { class: "big" }, value),
      line && line.node(),
      h(
        "span",
        { class: "note" },
        ...words(
          [isNumber(low) ? `95%: ${between(low, high)}` : "", note ?? ""]
            .filter(Boolean)
            .join(" · "),
        ),
      ),
    ),
  );
}

// The files may hold anything; what one figure cannot read must not take the
// others away.
function safely(make) {
  try {
    return make();
  } catch {
    return h(
      "p",
      { class: "notice" },
      "A figure is missing here: its file does not hold what phgen writes.",
    );
  }
}

const shares = (list, label = "label") => [
  ["", (d) => d[label]],
  ["of", (d) => whole(d.of), true],
  ["refused", (d) => whole(d.n), true],
  ["rate", (d) => percent(d.value), true],
  ["95% interval", (d) => between(d.low, d.high), true],
];

const firstShown = () => (innerWidth < 640 ? 12 : 30);
function byCategory(items, about, name = "Over-refusal by category", kind = "") {
  if (items.length === 0) return null;
  const few = items.slice(0, firstShown());
  const says = `${name}: highest ${items[0].label}, ${percent(items[0].value)}; lowest ${items.at(-1).label}, ${percent(items.at(-1).value)}.`;
  return figure({
    name,
    about,
    kind,
    draw: forest(few, says),
    columns: shares(items),
    rows: items,
    more: items.length > few.length && {
      text: `Show all ${items.length}`,
      draw: forest(items, says),
    },
  });
}

const legendOfHeat = (most) =>
  h(
    "span",
    { class: "legend", "aria-hidden": "true" },
    "0%",
    d3.range(HEAT_STEPS).map((i) => h("span", { class: `swatch heat-${i}` })),
    short(most),
  );

const VERDICTS = [
  ["harmless", "good"],
  ["controversial", "warn"],
  ["harmful", "bad"],
  ["abstain", "plain"],
];
const legend = (parts) =>
  h(
    "span",
    { class: "legend" },
    parts.map(([name, tone]) => [
      h("span", { class: `swatch ${tone}`, "aria-hidden": "true" }),
      `${name} `,
    ]),
  );

function costFigure(paid, calls, cost) {
  const lines = asList(paid);
  const agents = asPairs(calls).map(([agent, v]) => ({
    label: title(agent),
    value: v?.calls ?? 0,
    in: v?.tokens_in,
    out: v?.tokens_out,
  }));
  if (agents.length === 0 && lines.length === 0) return null;
  const items =
    agents.length > 0
      ? agents
      : lines.map((l) => ({ label: `${title(l.agent)}: ${l.model}`, value: l.calls }));
  const total = d3.sum(items, (i) => i.value);
  const f = figure({
    name: "Calls and cost",
    about:
      lines.length === 0
        ? `${whole(total)} calls, none over the network: all models are embedded.`
        : `${whole(total)} calls; ${whole(d3.sum(lines, (l) => l.calls))} over the network, for ${dollars(cost)}.`,
    draw: bars(items, `Calls: ${items.map((i) => `${i.label} ${whole(i.value)}`).join(", ")}`),
    columns: agents.length > 0 && [
      ["Agent", (d) => d.label],
      ["Calls", (d) => whole(d.value), true],
      ["Tokens in", (d) => whole(d.in), true],
      ["Tokens out", (d) => whole(d.out), true],
    ],
    rows: agents,
  });
  if (lines.length > 0) {
    f.append(
      h("h4", null, "Paid for"),
      numbers(
        [
          ["Agent", (l) => title(l.agent)],
          ["Model", (l) => l.model],
          ["Calls", (l) => whole(l.calls), true],
          ["Tokens in", (l) => whole(l.tokens_in), true],
          ["Tokens out", (l) => whole(l.tokens_out), true],
          ["Cost", (l) => dollars(l.cost), true],
        ],
        lines,
      ),
    );
  }
  return f;
}

function facts(pairs) {
  return h(
    "dl",
    { class: "facts" },
    pairs
      .filter(([, v]) => v !== null && v !== undefined && v !== "")
      .map(([k, v]) =>
        h("div", null, h("dt", null, k), h("dd", null, ...(v instanceof Node ? [v] : words(v)))),
      ),
  );
}
