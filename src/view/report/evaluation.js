/* SPDX-License-Identifier: GPL-3.0-or-later */
// The figures of an evaluation.

const subjectName = (r) =>
  r?.variant && r.variant !== "plain"
    ? `${asText(r.model)} + ${asText(r.variant)}`
    : asText(r?.model);

function evalRates(results) {
  const group = (g) => (r) => {
    const f = r.by_label?.[g];
    return f?.rows > 0
      ? h(
          "span",
          null,
          `${percent(f.rate)} `,
          h("span", { class: "ci" }, between(f.wilson_low, f.wilson_high)),
        )
      : "–";
  };
  const useful = (side) => (r) => percent(r.useful_safety?.[side]?.rate);
  return figure({
    name: "Models",
    kind: "wide",
    about:
      "Rows refused, fully or in part, with 95% intervals: on harmless rows a false refusal, on harmful ones what should happen. Useful safety is compliance on the first and refusal on the second, a partial answer being good on both.",
    columns: [
      ["Model", (r) => subjectName(r)],
      ["Over-refusal", group("harmless"), true],
      ["On controversial", group("controversial"), true],
      ["Refuses harmful", group("harmful"), true],
      ["Partial, on harmless", (r) => percent(r.by_label?.harmless?.partial_rate), true],
      ["Useful, harmless", useful("harmless"), true],
      ["Useful, harmful", useful("harmful"), true],
    ],
    rows: results,
    open: true,
  });
}

function tradeoff(results) {
  const items = results
    .filter((r) => isNumber(r.tradeoff?.over_refusal) && isNumber(r.tradeoff?.safety))
    .map((r) => ({
      label: subjectName(r),
      x: r.tradeoff.over_refusal,
      y: r.tradeoff.safety,
      front: r.tradeoff.front === true,
      across: r.by_label?.harmless,
      up: r.by_label?.harmful,
    }));
  if (items.length === 0) return null;
  const best = items
    .filter((i) => i.front)
    .map((i) => i.label)
    .join(", ");
  return figure({
    name: "Over-refusal against safety",
    about: `Best is the upper left corner. On the Pareto front, where no other model refuses as little of the harmless and as much of the harmful: ${best}. Lines are 95% intervals.`,
    draw: scatter(
      items,
      `Trade-off: ${items.map((i) => `${i.label} over-refusal ${percent(i.x)}, safety ${percent(i.y)}`).join("; ")}`,
      "Over-refusal",
      "Refuses harmful",
    ),
    columns: [
      ["Model", (d) => d.label],
      ["Over-refusal", (d) => percent(d.x), true],
      ["95% interval", (d) => between(d.across?.wilson_low, d.across?.wilson_high), true],
      ["Refuses harmful", (d) => percent(d.y), true],
      ["95% interval", (d) => between(d.up?.wilson_low, d.up?.wilson_high), true],
      ["Pareto front", (d) => (d.front ? "yes" : "no")],
    ],
    rows: items,
  });
}

function evalReasons(results) {
  const kinds = [
    ["ethical", "bad"],
    ["provider-filter", "warn"],
    ["capability", "plain"],
    ["missing-info", "accent"],
  ];
  const items = results.map((r) => ({
    label: subjectName(r),
    parts: kinds.map(([k, tone]) => [
      title(k),
      (r.by_label?.harmless?.reasons?.[k] ?? 0) + (r.by_label?.controversial?.reasons?.[k] ?? 0),
      tone,
    ]),
  }));
  if (d3.sum(items, (i) => d3.sum(i.parts, (p) => p[1])) === 0) return null;
  return figure({
    name: "Why they refuse",
    about: [
      "Answers to harmless and controversial rows that refuse, by reason.",
      legend(kinds.map(([k, t]) => [title(k), t])),
    ],
    draw: stacks(items, "Reasons of refusals by model"),
    columns: [
      ["Model", (i) => i.label],
      ...kinds.map(([k], n) => [title(k), (i) => whole(i.parts[n][1]), true]),
    ],
    rows: items,
  });
}

function comparisons(c) {
  const pairs = asList(c?.pairs);
  if (pairs.length === 0) return null;
  return figure({
    name: "Paired comparisons",
    kind: "wide",
    about: `${asText(c.test)}; ${asText(c.correction)}; intervals by ${asText(c.interval)}. The difference is the first model's rate less the second's.`,
    columns: [
      ["First", (p) => subjectName(p.a)],
      ["Second", (p) => subjectName(p.b)],
      ["Rows", (p) => title(p.label)],
      ["Count", (p) => whole(p.rows), true],
      ["Only first", (p) => whole(p.only_a), true],
      ["Only second", (p) => whole(p.only_b), true],
      ["Difference", (p) => percent(p.difference), true],
      ["95% interval", (p) => between(p.low, p.high), true],
      ["p, Holm", (p) => (isNumber(p.p_holm) ? p.p_holm.toPrecision(2) : "–"), true],
    ],
    rows: pairs,
    open: pairs.length <= 12,
  });
}

// One model: a chart.  Several: a table, coloured, in order of their mean.
function evalCategories(results) {
  const of = (r) =>
    asList(r.by_category).filter((c) => c.label === "harmless" && c.rows > 0 && isNumber(c.rate));
  if (results.length === 1) {
    return byCategory(
      of(results[0])
        .map((c) => ({
          label: title(c.category),
          value: c.rate,
          low: c.wilson_low,
          high: c.wilson_high,
          n: c.refused,
          of: c.rows,
        }))
        .sort((a, b) => b.value - a.value || b.low - a.low),
      "Harmless rows that the model refuses, with 95% intervals.",
    );
  }
  const rates = results.map((r) => new Map(of(r).map((c) => [c.category, c])));
  const rows = [...new Set(rates.flatMap((m) => [...m.keys()]))]
    .map((c) => ({ category: c, mean: d3.mean(rates, (m) => m.get(c)?.rate) ?? 0 }))
    .sort((a, b) => b.mean - a.mean || d3.ascending(a.category, b.category));
  if (rows.length === 0) return null;
  const heat = d3.scaleQuantize().domain([0, 1]).range(d3.range(HEAT_STEPS));
  const cell = (c) =>
    c
      ? h(
          "span",
          {
            title: `${whole(c.refused)} of ${whole(c.rows)}, 95% interval ${between(c.wilson_low, c.wilson_high)}`,
          },
          h("span", { class: `swatch heat-${heat(c.rate)}`, "aria-hidden": "true" }),
          short(c.rate),
        )
      : "–";
  return figure({
    name: "Over-refusal by category",
    kind: "wide",
    about: [
      "Harmless rows that each model refuses; the categories refused most are first.",
      legendOfHeat(1),
    ],
    columns: [
      ["Category", (d) => title(d.category)],
      ...results.map((r, i) => [subjectName(r), (d) => cell(rates[i].get(d.category)), true]),
    ],
    rows,
    open: true,
  });
}

function evalHeadlines(e, results) {
  const sets = asList(e.config?.data)
    .map((d) => `${asText(d.set)} (${whole(d.rows)})`)
    .join(", ");
  const firsts = results
    .filter((r, i) => asText(r.model) !== asText(results[i - 1]?.model))
    .slice(0, 4);
  return h(
    "dl",
    { class: "headlines" },
    headline(whole(e.rows), "Rows", { note: sets }),
    headline(whole(results.length), "Models and variants", {
      note: `${asText(e.config?.samples)} answers a row`,
    }),
    firsts.map((r) => {
      const f = r.by_label?.harmless;
      return f?.rows > 0
        ? headline(percent(f.rate), "Over-refusal", {
            rate: f.rate,
            low: f.wilson_low,
            high: f.wilson_high,
            note: subjectName(r),
          })
        : null;
    }),
  );
}

function evalSection(s) {
  const e = s.summary ?? {};
  const results = asList(e.results);
  return [
    safely(() => evalHeadlines(e, results)),
    h(
      "div",
      { class: "figures" },
      ...[
        () => evalRates(results),
        () => tradeoff(results),
        () => evalReasons(results),
        () => evalCategories(results),
        () => comparisons(e.comparisons),
        () => costFigure(e.paid, null, e.cost),
      ].map(safely),
    ),
  ];
}
