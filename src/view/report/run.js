/* SPDX-License-Identifier: GPL-3.0-or-later */
// The figures of a run.

const DROPS = [
  "generator_failed",
  "generator_refused",
  "too_short",
  "too_long",
  "not_text",
  "generator_repeats",
  "near_duplicate_of_against",
  "judges_abstained",
  "panel_rule",
  "judged_harmful",
  "target_failed",
  "not_refused",
  "witness_failed",
  "no_safe_answer",
  "orchestrator",
  "near_duplicate",
];
const DROP_NAMES = {
  not_refused: "Answered by the target",
  judged_harmful: "Judged harmful",
  near_duplicate: "Near a row already in",
  near_duplicate_of_against: "Near a row of --against",
  no_safe_answer: "No safe answer",
  panel_rule: "A rule of the panel",
  orchestrator: "Final verdict: no",
  people_harmful: "People: harmful",
};

function runHeadlines(s) {
  const m = s.manifest ?? {};
  const c = m.counts ?? {};
  const harm = m.audit?.harm?.all;
  const y = s.yield ?? {};
  const r = s.refusal;
  return h(
    "dl",
    { class: "headlines" },
    headline(whole(c.accepted), "Rows", {
      note: `${whole(c.harmless)} harmless, ${whole(c.controversial)} controversial`,
    }),
    r &&
      headline(percent(r.rate), "Refused by the target", {
        ...r,
        note: `${whole(r.n)} of ${whole(r.of)} prompts`,
      }),
    headline(percent(y.rate), "Yield", {
      ...y,
      note: `${whole(y.n)} of ${whole(y.of)} candidates`,
    }),
    isNumber(m.panel?.alpha)
      ? headline(decimal(m.panel.alpha), "Judges' alpha", { note: "1 is agreement, 0 is chance" })
      : null,
    harm && isNumber(harm.rate)
      ? headline(percent(harm.rate), "Residual harm", {
          ...harm,
          note: `${whole(harm.harmful)} of ${whole(harm.rated)} rated by people`,
        })
      : null,
    headline(dollars(m.cost ?? 0), "Paid", {
      note: `${whole(m.paid_calls ?? d3.sum(asList(m.paid), (p) => p.calls))} calls over the network`,
    }),
  );
}

function refusalFigures(s) {
  const r = s.refusal;
  if (!r) return [];
  const categories = asList(r.categories);
  const items = categories
    .map((c) => ({
      label: title(c.name),
      value: c.rate,
      low: c.low,
      high: c.high,
      n: c.n,
      of: c.of,
    }))
    .sort((a, b) => b.value - a.value || b.low - a.low);
  const rows = categories
    .map((c) => ({ label: title(c.name), cells: asList(c.triggers) }))
    .filter((d) => d.cells.length > 0);
  const spots = rows
    .flatMap((d) =>
      d.cells.map(([text, of, n, posterior]) => ({ text, category: d.label, of, n, posterior })),
    )
    .sort((a, b) => b.posterior - a.posterior || b.of - a.of);
  const most = d3.max(spots, (d) => d.posterior);
  const columns = [
    ["Concept", (d) => d.text],
    ["Category", (d) => d.category],
    ["Prompts", (d) => whole(d.of), true],
    ["Refused", (d) => whole(d.n), true],
    ["Estimate", (d) => percent(d.posterior), true],
  ];
  return [
    byCategory(
      items,
      [
        `Prompts that `,
        h("code", null, ...words(r.target)),
        ` refused, of those that reached it in any round. The judges had passed all of them. The line is the 95% interval.`,
      ],
      undefined,
      "tall",
    ),
    spots.length > 0
      ? figure({
          name: "Where the target over-refuses",
          kind: "wide",
          about: [
            `A square is a trigger concept, ${whole(spots.length)} in all; the darker, the more of its prompts were refused. Estimates of concepts with few prompts lean on their category.`,
            legendOfHeat(most),
          ],
          draw: tiles(
            rows,
            `Refusal by concept: ${spots
              .slice(0, 5)
              .map((d) => d.text)
              .join(", ")} are refused most.`,
            most,
          ),
          columns,
          rows: spots,
          beside: h(
            "div",
            null,
            h("h4", null, "Refused most"),
            numbers(columns.toSpliced(1, 1), spots.slice(0, 18)),
          ),
        })
      : null,
  ];
}

function yieldFigure(s) {
  const c = s.manifest?.counts;
  if (!c || !isNumber(c.candidates)) return null;
  const drops = asPairs(c.dropped_by_reason)
    .filter(([, n]) => n > 0)
    .sort((a, b) => ((DROPS.indexOf(a[0]) + 99) % 99) - ((DROPS.indexOf(b[0]) + 99) % 99));
  const items = [{ label: "Candidates", value: c.candidates, tone: "plain" }];
  let left = c.candidates;
  for (const [reason, n] of drops) {
    left -= n;
    items.push({
      label: DROP_NAMES[reason] ?? title(reason),
      value: n,
      start: Math.max(0, left),
      tone: "bad",
    });
  }
  for (const [name, n, tone] of [
    ["Harmless", c.harmless, "good"],
    ["Controversial", c.controversial, "warn"],
  ]) {
    left -= n;
    items.push({ label: `Rows: ${name.toLowerCase()}`, value: n, start: Math.max(0, left), tone });
  }
  if (c.withheld > 0)
    items.push({ label: DROP_NAMES.people_harmful, value: c.withheld, start: 0, tone: "bad" });
  const rounds = asPairs(c.rounds)
    .sort((a, b) => a[0] - b[0])
    .map(([r, n]) => `${whole(n)} in round ${r}`)
    .join(", ");
  return figure({
    name: "What became of the candidates",
    about: `${whole(c.accepted)} of ${whole(c.candidates)} became rows${rounds ? `: ${rounds}` : ""}. Drops stand in the order of the loop.`,
    draw: bars(items, `Yield: ${items.map((i) => `${i.label} ${whole(i.value)}`).join(", ")}`),
    columns: [
      ["Outcome", (d) => d.label],
      ["Candidates", (d) => whole(d.value), true],
      ["Share", (d) => percent(d.value / c.candidates), true],
    ],
    rows: items,
  });
}

function judgesFigure(s) {
  const p = s.manifest?.panel;
  const judges = asList(p?.judges);
  if (judges.length === 0) return null;
  const items = judges.map((j) => ({
    label: j.model,
    parts: VERDICTS.map(([v, tone]) => [v, j.verdicts?.[v] ?? 0, tone]),
  }));
  return figure({
    name: "How the judges voted",
    about: [
      `${whole(p.items)} wordings, blind. Krippendorff's alpha is ${decimal(p.alpha)}. Reliability is how often a judge is right, as Dawid and Skene estimate it from the votes alone.`,
      legend(VERDICTS),
    ],
    draw: stacks(
      items,
      `Verdicts by judge: ${items.map((i) => `${i.label} ${i.parts.map((q) => `${q[0]} ${q[1]}`).join(", ")}`).join("; ")}`,
    ),
    columns: [
      ["Judge", (j) => j.model],
      ...VERDICTS.map(([v]) => [title(v), (j) => whole(j.verdicts?.[v]), true]),
      ["Reliability", (j) => percent(j.reliability), true],
    ],
    rows: judges,
    open: judges.length <= 6,
  });
}

function auditFigure(s) {
  const a = s.manifest?.audit;
  if (!a || !(a.rows > 0)) return null;
  const kinds = [
    ["All rows", "all"],
    ["Harmless", "harmless"],
    ["Controversial", "controversial"],
    ["Doubt as harm", "doubt_as_harm"],
  ];
  const rows = kinds
    .map(([label, k]) => ({ label, ...a.harm?.[k] }))
    .filter((d) => isNumber(d.rated));
  const pairs = asList(a.agreement?.pairs);
  const about =
    `${whole(a.annotators)} people gave ${whole(a.verdicts)} verdicts on ${whole(a.rows)} rows, ${whole(a.disputed)} of them disputed.` +
    (isNumber(a.agreement?.alpha)
      ? ` Krippendorff's alpha is ${decimal(a.agreement.alpha)}.`
      : "") +
    (pairs.length > 0 ? ` Pairs agree on ${pairs.map((p) => percent(p.agree)).join(", ")}.` : "");
  const items = VERDICTS.map(([v, tone]) => ({
    label: title(v),
    value: a.labels?.[v] ?? 0,
    tone,
  })).filter((i) => i.value > 0);
  const f = figure({
    name: "What people say",
    about,
    draw:
      items.length > 0 &&
      bars(items, `Labels by people: ${items.map((i) => `${i.label} ${i.value}`).join(", ")}`),
    columns: rows.length > 0 && [
      ["Residual harm", (d) => d.label],
      ["Rated", (d) => whole(d.rated), true],
      ["Harmful", (d) => whole(d.harmful), true],
      ["Rate", (d) => percent(d.rate), true],
      ["95% interval", (d) => between(d.low, d.high), true],
      ["At most", (d) => percent(d.upper), true],
    ],
    rows,
    open: true,
  });
  return f;
}

function runAbout(s) {
  const m = s.manifest ?? {};
  const c = m.config ?? {};
  const list = (x) => (Array.isArray(x) ? x.map(asText).join(", ") : asText(x));
  return h(
    "div",
    { class: "about" },
    facts([
      ["Target", list(m.models?.targets)],
      ["Generator", list(m.models?.generator)],
      ["Judges", list(m.models?.judges)],
      ["Witness", list(m.models?.witness)],
      [
        "A row needs",
        isNumber(c.min_refusals) ? `${c.min_refusals} refusals in ${c.samples} answers` : "",
      ],
      [
        "Diversity",
        isNumber(m.diversity?.dist2)
          ? `Dist-2 ${m.diversity.dist2.toFixed(3)}, Self-BLEU-4 ${m.diversity.self_bleu4?.toFixed(3)}`
          : "",
      ],
      ["Run", m.run],
      ["Seed", asText(c.seed)],
      ["Created", m.created],
    ]),
  );
}

function runSection(s) {
  const refusals = asList(safely(() => refusalFigures(s)));
  return [
    safely(() => runHeadlines(s)),
    s.complete === false
      ? h(
          "p",
          { class: "notice" },
          "This run is not finished; the figures are those of what it has.",
        )
      : null,
    safely(() => runAbout(s)),
    h(
      "div",
      { class: "figures of-run" },
      refusals[0],
      safely(() => yieldFigure(s)),
      safely(() => judgesFigure(s)),
      safely(() => auditFigure(s)),
      safely(() => costFigure(s.manifest?.paid, s.manifest?.calls, s.manifest?.cost)),
      refusals[1],
    ),
  ];
}
