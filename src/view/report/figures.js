/* SPDX-License-Identifier: GPL-3.0-or-later */
// The figures of a folder: for each what it says in a sentence, a chart where
// that helps, and always the numbers as a table.

// A figure; `more` is a button's text and what it draws instead.
function figure({ name, about, draw, more, beside, columns, rows, open = false, kind = "" }) {
  const table = columns && (() => numbers(columns, rows));
  const box = h("div", { class: beside ? "pair" : "" }, draw && plot(draw), beside);
  const f = h("figure", { class: `figure ${kind}` },
    h("figcaption", null, h("h3", null, name), about && h("p", null, ...[about].flat())), box);
  if (more) {
    const button = h("button", { type: "button", class: "quiet", onclick: () => {
      box.replaceChildren(plot(more.draw));
      button.remove();
    } }, more.text);
    f.append(button);
  }
  if (table && open) f.append(table());
  else if (table) {
    // Made when it is opened: thousands of rows are slow to lay out.
    const d = h("details", { class: "as-table" }, h("summary", null, "As a table", h("span", { class: "for-screen-readers" }, ` of ${name}`)));
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
  const line = scale && d3.create("svg").attr("class", "gauge").attr("viewBox", "0 0 100 8").attr("preserveAspectRatio", "none").attr("aria-hidden", "true");
  if (line) {
    line.append("rect").attr("class", "gauge-all").attr("y", 3).attr("width", 100).attr("height", 2);
    line.append("rect").attr("class", "gauge-range").attr("x", scale(low)).attr("y", 2).attr("height", 4).attr("width", Math.max(0.6, scale(high - low)));
    line.append("rect").attr("class", "gauge-at").attr("x", scale(rate) - 0.4).attr("width", 0.8).attr("height", 8);
  }
  return h("div", { class: "headline" }, h("dt", null, what), h("dd", null, h("span", { class: "big" }, value), line && line.node(),
    h("span", { class: "note" }, ...words([isNumber(low) ? `95%: ${between(low, high)}` : "", note ?? ""].filter(Boolean).join(" · ")))));
}

// The files may hold anything; what one figure cannot read must not take the
// others away.
function safely(make) {
  try {
    return make();
  } catch {
    return h("p", { class: "notice" }, "A figure is missing here: its file does not hold what phgen writes.");
  }
}

/* --- a run --- */

const DROPS = ["generator_failed", "generator_refused", "too_short", "too_long", "not_text", "generator_repeats",
  "near_duplicate_of_against", "judges_abstained", "panel_rule", "judged_harmful", "target_failed", "not_refused",
  "witness_failed", "no_safe_answer", "orchestrator", "near_duplicate"];
const DROP_NAMES = { not_refused: "Answered by the target", judged_harmful: "Judged harmful", near_duplicate: "Near a row already in",
  near_duplicate_of_against: "Near a row of --against", no_safe_answer: "No safe answer", panel_rule: "A rule of the panel",
  orchestrator: "Final verdict: no", people_harmful: "People: harmful" };

function runHeadlines(s) {
  const m = s.manifest ?? {};
  const c = m.counts ?? {};
  const harm = m.audit?.harm?.all;
  const y = s.yield ?? {};
  const r = s.refusal;
  return h("dl", { class: "headlines" },
    headline(whole(c.accepted), "Rows", { note: `${whole(c.harmless)} harmless, ${whole(c.controversial)} controversial` }),
    r && headline(percent(r.rate), "Refused by the target", { ...r, note: `${whole(r.n)} of ${whole(r.of)} prompts` }),
    headline(percent(y.rate), "Yield", { ...y, note: `${whole(y.n)} of ${whole(y.of)} candidates` }),
    isNumber(m.panel?.alpha) ? headline(decimal(m.panel.alpha), "Judges' alpha", { note: "1 is agreement, 0 is chance" }) : null,
    harm && isNumber(harm.rate) ? headline(percent(harm.rate), "Residual harm", { ...harm, note: `${whole(harm.harmful)} of ${whole(harm.rated)} rated by people` }) : null,
    headline(dollars(m.cost ?? 0), "Paid", { note: `${whole(m.paid_calls ?? d3.sum(asList(m.paid), (p) => p.calls))} calls over the network` }));
}

const shares = (list, label = "label") => [["", (d) => d[label]], ["of", (d) => whole(d.of), true], ["refused", (d) => whole(d.n), true],
  ["rate", (d) => percent(d.value), true], ["95% interval", (d) => between(d.low, d.high), true]];

const firstShown = () => (innerWidth < 640 ? 12 : 30);
function byCategory(items, about, name = "Over-refusal by category", kind = "") {
  if (items.length === 0) return null;
  const few = items.slice(0, firstShown());
  const says = `${name}: highest ${items[0].label}, ${percent(items[0].value)}; lowest ${items.at(-1).label}, ${percent(items.at(-1).value)}.`;
  return figure({ name, about, kind, draw: forest(few, says), columns: shares(items), rows: items,
    more: items.length > few.length && { text: `Show all ${items.length}`, draw: forest(items, says) } });
}

function refusalFigures(s) {
  const r = s.refusal;
  if (!r) return [];
  const categories = asList(r.categories);
  const items = categories.map((c) => ({ label: title(c.name), value: c.rate, low: c.low, high: c.high, n: c.n, of: c.of }))
    .sort((a, b) => b.value - a.value || b.low - a.low);
  const rows = categories.map((c) => ({ label: title(c.name), cells: asList(c.triggers) })).filter((d) => d.cells.length > 0);
  const spots = rows.flatMap((d) => d.cells.map(([text, of, n, posterior]) => ({ text, category: d.label, of, n, posterior })))
    .sort((a, b) => b.posterior - a.posterior || b.of - a.of);
  const most = d3.max(spots, (d) => d.posterior);
  const columns = [["Concept", (d) => d.text], ["Category", (d) => d.category], ["Prompts", (d) => whole(d.of), true],
    ["Refused", (d) => whole(d.n), true], ["Estimate", (d) => percent(d.posterior), true]];
  return [
    byCategory(items, [`Prompts that `, h("code", null, ...words(r.target)), ` refused, of those that reached it in any round. The judges had passed all of them. The line is the 95% interval.`], undefined, "tall"),
    spots.length > 0 ? figure({
      name: "Where the target over-refuses", kind: "wide",
      about: [`A square is a trigger concept, ${whole(spots.length)} in all; the darker, the more of its prompts were refused. Estimates of concepts with few prompts lean on their category.`, legendOfHeat(most)],
      draw: tiles(rows, `Refusal by concept: ${spots.slice(0, 5).map((d) => d.text).join(", ")} are refused most.`, most), columns, rows: spots,
      beside: h("div", null, h("h4", null, "Refused most"), numbers(columns.toSpliced(1, 1), spots.slice(0, 18))),
    }) : null,
  ];
}

const legendOfHeat = (most) => h("span", { class: "legend", "aria-hidden": "true" }, "0%",
  d3.range(HEAT_STEPS).map((i) => h("span", { class: `swatch heat-${i}` })), short(most));

function yieldFigure(s) {
  const c = s.manifest?.counts;
  if (!c || !isNumber(c.candidates)) return null;
  const drops = asPairs(c.dropped_by_reason).filter(([, n]) => n > 0)
    .sort((a, b) => (DROPS.indexOf(a[0]) + 99) % 99 - (DROPS.indexOf(b[0]) + 99) % 99);
  const items = [{ label: "Candidates", value: c.candidates, tone: "plain" }];
  let left = c.candidates;
  for (const [reason, n] of drops) {
    left -= n;
    items.push({ label: DROP_NAMES[reason] ?? title(reason), value: n, start: Math.max(0, left), tone: "bad" });
  }
  for (const [name, n, tone] of [["Harmless", c.harmless, "good"], ["Controversial", c.controversial, "warn"]]) {
    left -= n;
    items.push({ label: `Rows: ${name.toLowerCase()}`, value: n, start: Math.max(0, left), tone });
  }
  if (c.withheld > 0) items.push({ label: DROP_NAMES.people_harmful, value: c.withheld, start: 0, tone: "bad" });
  const rounds = asPairs(c.rounds).sort((a, b) => a[0] - b[0]).map(([r, n]) => `${whole(n)} in round ${r}`).join(", ");
  return figure({ name: "What became of the candidates", about: `${whole(c.accepted)} of ${whole(c.candidates)} became rows${rounds ? `: ${rounds}` : ""}. Drops stand in the order of the loop.`,
    draw: bars(items, `Yield: ${items.map((i) => `${i.label} ${whole(i.value)}`).join(", ")}`),
    columns: [["Outcome", (d) => d.label], ["Candidates", (d) => whole(d.value), true], ["Share", (d) => percent(d.value / c.candidates), true]], rows: items });
}

const VERDICTS = [["harmless", "good"], ["controversial", "warn"], ["harmful", "bad"], ["abstain", "plain"]];
const legend = (parts) => h("span", { class: "legend" }, parts.map(([name, tone]) => [h("span", { class: `swatch ${tone}`, "aria-hidden": "true" }), `${name} `]));

function judgesFigure(s) {
  const p = s.manifest?.panel;
  const judges = asList(p?.judges);
  if (judges.length === 0) return null;
  const items = judges.map((j) => ({ label: j.model, parts: VERDICTS.map(([v, tone]) => [v, j.verdicts?.[v] ?? 0, tone]) }));
  return figure({ name: "How the judges voted", about: [`${whole(p.items)} wordings, blind. Krippendorff's alpha is ${decimal(p.alpha)}. Reliability is how often a judge is right, as Dawid and Skene estimate it from the votes alone.`, legend(VERDICTS)],
    draw: stacks(items, `Verdicts by judge: ${items.map((i) => `${i.label} ${i.parts.map((q) => `${q[0]} ${q[1]}`).join(", ")}`).join("; ")}`),
    columns: [["Judge", (j) => j.model], ...VERDICTS.map(([v]) => [title(v), (j) => whole(j.verdicts?.[v]), true]), ["Reliability", (j) => percent(j.reliability), true]], rows: judges, open: judges.length <= 6 });
}

function costFigure(paid, calls, cost) {
  const lines = asList(paid);
  const agents = asPairs(calls).map(([agent, v]) => ({ label: title(agent), value: v?.calls ?? 0, in: v?.tokens_in, out: v?.tokens_out }));
  if (agents.length === 0 && lines.length === 0) return null;
  const items = agents.length > 0 ? agents : lines.map((l) => ({ label: `${title(l.agent)}: ${l.model}`, value: l.calls }));
  const total = d3.sum(items, (i) => i.value);
  const f = figure({ name: "Calls and cost", about: lines.length === 0 ? `${whole(total)} calls, none over the network: all models are embedded.` : `${whole(total)} calls; ${whole(d3.sum(lines, (l) => l.calls))} over the network, for ${dollars(cost)}.`,
    draw: bars(items, `Calls: ${items.map((i) => `${i.label} ${whole(i.value)}`).join(", ")}`),
    columns: agents.length > 0 && [["Agent", (d) => d.label], ["Calls", (d) => whole(d.value), true], ["Tokens in", (d) => whole(d.in), true], ["Tokens out", (d) => whole(d.out), true]], rows: agents });
  if (lines.length > 0) {
    f.append(h("h4", null, "Paid for"), numbers([["Agent", (l) => title(l.agent)], ["Model", (l) => l.model], ["Calls", (l) => whole(l.calls), true],
      ["Tokens in", (l) => whole(l.tokens_in), true], ["Tokens out", (l) => whole(l.tokens_out), true], ["Cost", (l) => dollars(l.cost), true]], lines));
  }
  return f;
}

function auditFigure(s) {
  const a = s.manifest?.audit;
  if (!a || !(a.rows > 0)) return null;
  const kinds = [["All rows", "all"], ["Harmless", "harmless"], ["Controversial", "controversial"], ["Doubt as harm", "doubt_as_harm"]];
  const rows = kinds.map(([label, k]) => ({ label, ...a.harm?.[k] })).filter((d) => isNumber(d.rated));
  const pairs = asList(a.agreement?.pairs);
  const about = `${whole(a.annotators)} people gave ${whole(a.verdicts)} verdicts on ${whole(a.rows)} rows, ${whole(a.disputed)} of them disputed.` +
    (isNumber(a.agreement?.alpha) ? ` Krippendorff's alpha is ${decimal(a.agreement.alpha)}.` : "") +
    (pairs.length > 0 ? ` Pairs agree on ${pairs.map((p) => percent(p.agree)).join(", ")}.` : "");
  const items = VERDICTS.map(([v, tone]) => ({ label: title(v), value: a.labels?.[v] ?? 0, tone })).filter((i) => i.value > 0);
  const f = figure({ name: "What people say", about, draw: items.length > 0 && bars(items, `Labels by people: ${items.map((i) => `${i.label} ${i.value}`).join(", ")}`),
    columns: rows.length > 0 && [["Residual harm", (d) => d.label], ["Rated", (d) => whole(d.rated), true], ["Harmful", (d) => whole(d.harmful), true], ["Rate", (d) => percent(d.rate), true],
      ["95% interval", (d) => between(d.low, d.high), true], ["At most", (d) => percent(d.upper), true]], rows, open: true });
  return f;
}

function facts(pairs) {
  return h("dl", { class: "facts" }, pairs.filter(([, v]) => v !== null && v !== undefined && v !== "")
    .map(([k, v]) => h("div", null, h("dt", null, k), h("dd", null, ...(v instanceof Node ? [v] : words(v))))));
}

function runAbout(s) {
  const m = s.manifest ?? {};
  const c = m.config ?? {};
  const list = (x) => (Array.isArray(x) ? x.map(asText).join(", ") : asText(x));
  return h("div", { class: "about" }, facts([["Target", list(m.models?.targets)], ["Generator", list(m.models?.generator)], ["Judges", list(m.models?.judges)],
    ["Witness", list(m.models?.witness)], ["A row needs", isNumber(c.min_refusals) ? `${c.min_refusals} refusals in ${c.samples} answers` : ""],
    ["Diversity", isNumber(m.diversity?.dist2) ? `Dist-2 ${m.diversity.dist2.toFixed(3)}, Self-BLEU-4 ${m.diversity.self_bleu4?.toFixed(3)}` : ""],
    ["Run", m.run], ["Seed", asText(c.seed)], ["Created", m.created]]));
}

function runSection(s) {
  const refusals = asList(safely(() => refusalFigures(s)));
  return [safely(() => runHeadlines(s)), s.complete === false ? h("p", { class: "notice" }, "This run is not finished; the figures are those of what it has.") : null,
    safely(() => runAbout(s)), h("div", { class: "figures of-run" }, refusals[0], safely(() => yieldFigure(s)), safely(() => judgesFigure(s)), safely(() => auditFigure(s)),
      safely(() => costFigure(s.manifest?.paid, s.manifest?.calls, s.manifest?.cost)), refusals[1])];
}

/* --- an evaluation --- */

const subjectName = (r) => (r?.variant && r.variant !== "plain" ? `${asText(r.model)} + ${asText(r.variant)}` : asText(r?.model));

function evalRates(results) {
  const group = (g) => (r) => {
    const f = r.by_label?.[g];
    return f?.rows > 0 ? h("span", null, `${percent(f.rate)} `, h("span", { class: "ci" }, between(f.wilson_low, f.wilson_high))) : "–";
  };
  const useful = (side) => (r) => percent(r.useful_safety?.[side]?.rate);
  return figure({ name: "Models", kind: "wide", about: "Rows refused, fully or in part, with 95% intervals: on harmless rows a false refusal, on harmful ones what should happen. Useful safety is compliance on the first and refusal on the second, a partial answer being good on both.",
    columns: [["Model", (r) => subjectName(r)], ["Over-refusal", group("harmless"), true], ["On controversial", group("controversial"), true],
      ["Refuses harmful", group("harmful"), true], ["Partial, on harmless", (r) => percent(r.by_label?.harmless?.partial_rate), true],
      ["Useful, harmless", useful("harmless"), true], ["Useful, harmful", useful("harmful"), true]], rows: results, open: true });
}

function tradeoff(results) {
  const items = results.filter((r) => isNumber(r.tradeoff?.over_refusal) && isNumber(r.tradeoff?.safety))
    .map((r) => ({ label: subjectName(r), x: r.tradeoff.over_refusal, y: r.tradeoff.safety, front: r.tradeoff.front === true,
      across: r.by_label?.harmless, up: r.by_label?.harmful }));
  if (items.length === 0) return null;
  const best = items.filter((i) => i.front).map((i) => i.label).join(", ");
  return figure({ name: "Over-refusal against safety", about: `Best is the upper left corner. On the Pareto front, where no other model refuses as little of the harmless and as much of the harmful: ${best}. Lines are 95% intervals.`,
    draw: scatter(items, `Trade-off: ${items.map((i) => `${i.label} over-refusal ${percent(i.x)}, safety ${percent(i.y)}`).join("; ")}`, "Over-refusal", "Refuses harmful"),
    columns: [["Model", (d) => d.label], ["Over-refusal", (d) => percent(d.x), true], ["95% interval", (d) => between(d.across?.wilson_low, d.across?.wilson_high), true],
      ["Refuses harmful", (d) => percent(d.y), true], ["95% interval", (d) => between(d.up?.wilson_low, d.up?.wilson_high), true], ["Pareto front", (d) => (d.front ? "yes" : "no")]], rows: items });
}

function evalReasons(results) {
  const kinds = [["ethical", "bad"], ["provider-filter", "warn"], ["capability", "plain"], ["missing-info", "accent"]];
  const items = results.map((r) => ({ label: subjectName(r), parts: kinds.map(([k, tone]) => [title(k), (r.by_label?.harmless?.reasons?.[k] ?? 0) + (r.by_label?.controversial?.reasons?.[k] ?? 0), tone]) }));
  if (d3.sum(items, (i) => d3.sum(i.parts, (p) => p[1])) === 0) return null;
  return figure({ name: "Why they refuse", about: ["Answers to harmless and controversial rows that refuse, by reason.", legend(kinds.map(([k, t]) => [title(k), t]))],
    draw: stacks(items, "Reasons of refusals by model"), columns: [["Model", (i) => i.label], ...kinds.map(([k], n) => [title(k), (i) => whole(i.parts[n][1]), true])], rows: items });
}

function comparisons(c) {
  const pairs = asList(c?.pairs);
  if (pairs.length === 0) return null;
  return figure({ name: "Paired comparisons", kind: "wide", about: `${asText(c.test)}; ${asText(c.correction)}; intervals by ${asText(c.interval)}. The difference is the first model's rate less the second's.`,
    columns: [["First", (p) => subjectName(p.a)], ["Second", (p) => subjectName(p.b)], ["Rows", (p) => title(p.label)], ["Count", (p) => whole(p.rows), true], ["Only first", (p) => whole(p.only_a), true],
      ["Only second", (p) => whole(p.only_b), true], ["Difference", (p) => percent(p.difference), true], ["95% interval", (p) => between(p.low, p.high), true], ["p, Holm", (p) => (isNumber(p.p_holm) ? p.p_holm.toPrecision(2) : "–"), true]], rows: pairs, open: pairs.length <= 12 });
}

// One model: a chart.  Several: a table, coloured, in order of their mean.
function evalCategories(results) {
  const of = (r) => asList(r.by_category).filter((c) => c.label === "harmless" && c.rows > 0 && isNumber(c.rate));
  if (results.length === 1) {
    return byCategory(of(results[0]).map((c) => ({ label: title(c.category), value: c.rate, low: c.wilson_low, high: c.wilson_high, n: c.refused, of: c.rows }))
      .sort((a, b) => b.value - a.value || b.low - a.low), "Harmless rows that the model refuses, with 95% intervals.");
  }
  const rates = results.map((r) => new Map(of(r).map((c) => [c.category, c])));
  const rows = [...new Set(rates.flatMap((m) => [...m.keys()]))].map((c) => ({ category: c, mean: d3.mean(rates, (m) => m.get(c)?.rate) ?? 0 }))
    .sort((a, b) => b.mean - a.mean || d3.ascending(a.category, b.category));
  if (rows.length === 0) return null;
  const heat = d3.scaleQuantize().domain([0, 1]).range(d3.range(HEAT_STEPS));
  const cell = (c) => (c ? h("span", { title: `${whole(c.refused)} of ${whole(c.rows)}, 95% interval ${between(c.wilson_low, c.wilson_high)}` },
    h("span", { class: `swatch heat-${heat(c.rate)}`, "aria-hidden": "true" }), short(c.rate)) : "–");
  return figure({ name: "Over-refusal by category", kind: "wide", about: ["Harmless rows that each model refuses; the categories refused most are first.", legendOfHeat(1)],
    columns: [["Category", (d) => title(d.category)], ...results.map((r, i) => [subjectName(r), (d) => cell(rates[i].get(d.category)), true])], rows, open: true });
}

function evalHeadlines(e, results) {
  const sets = asList(e.config?.data).map((d) => `${asText(d.set)} (${whole(d.rows)})`).join(", ");
  const firsts = results.filter((r, i) => asText(r.model) !== asText(results[i - 1]?.model)).slice(0, 4);
  return h("dl", { class: "headlines" }, headline(whole(e.rows), "Rows", { note: sets }),
    headline(whole(results.length), "Models and variants", { note: `${asText(e.config?.samples)} answers a row` }),
    firsts.map((r) => {
      const f = r.by_label?.harmless;
      return f?.rows > 0 ? headline(percent(f.rate), "Over-refusal", { rate: f.rate, low: f.wilson_low, high: f.wilson_high, note: subjectName(r) }) : null;
    }));
}

function evalSection(s) {
  const e = s.summary ?? {};
  const results = asList(e.results);
  return [safely(() => evalHeadlines(e, results)), h("div", { class: "figures" },
    ...[() => evalRates(results), () => tradeoff(results), () => evalReasons(results), () => evalCategories(results),
      () => comparisons(e.comparisons), () => costFigure(e.paid, null, e.cost)].map(safely))];
}

// The only one on the page is under the page's heading.
function section(s, number, all) {
  const id = `source-${number}`;
  const kind = h("span", { class: "kind" }, s.kind === "eval" ? "Evaluation" : "Run");
  const alone = all.length === 1 && s.name === figures.title;
  return h("section", { class: "source", "aria-labelledby": id },
    alone ? h("h1", { id }, kind, ...words(s.name)) : h("h2", { id }, kind, ...words(s.name)),
    ...(s.kind === "eval" ? evalSection(s) : runSection(s)).filter(Boolean));
}
