/* SPDX-License-Identifier: GPL-3.0-or-later */
// The table of rows, a page at a time, and a row's evidence.  A row's evidence
// stands in a block of JSON that is parsed when it is first asked for.

const [SOURCE, PROMPT, CATEGORY, LABEL, REFUSED, AGREEMENT, ROUND, SHAPE] = d3.range(8);
const PAGE = 50;

/* --- evidence --- */

const quote = (text) => h("q", { class: "quote" }, ...words(text));
const named = (heading, ...content) =>
  h("div", { class: "piece" }, h("h4", null, heading), ...content);

function conversation(messages) {
  return named(
    "Conversation",
    asList(messages).map((m) =>
      h(
        "div",
        { class: `turn ${m?.role === "assistant" ? "assistant" : ""}` },
        h("p", { class: "role" }, ...words(title(m?.role))),
        h("p", { class: "said" }, ...words(m?.content)),
      ),
    ),
  );
}

function ofRun(r) {
  const p = r.path ?? {};
  const path = [p.trigger, p.sense, p.setting, p.task].filter(Boolean).map(asText).join(" → ");
  const targets = asList(r.targets);
  const human = asList(r.human?.verdicts ?? r.human?.labels);
  return [
    asList(r.messages).length > 1 ? conversation(r.messages) : null,
    facts([
      ["Benign reading", r.benign_reading],
      ["Focus words", asList(r.focus).map(asText).join(", ")],
      ["Path", path],
      ["Measured focus", asList(r.focus_measured?.focus).map(asText).join(", ")],
    ]),
    named(
      "Judges",
      numbers(
        [
          ["Model", (j) => j.model],
          ["Verdict", (j) => tag(j.verdict)],
          ["Reason", (j) => j.reason],
        ],
        asList(r.judges),
      ),
    ),
    targets.length > 0
      ? named(
          "Target",
          numbers(
            [
              ["Model", (t) => t.model],
              ["Refused", (t) => `${t.refusals} of ${t.samples}`, true],
              ["95% interval", (t) => between(t.wilson_low, t.wilson_high), true],
              ["Answer", (t) => tag(t.class)],
              ["Reason", (t) => title(t.reason)],
              ["In its words", (t) => quote(t.reply ?? t.excerpt)],
            ],
            targets,
          ),
        )
      : null,
    r.witness
      ? named(
          "Witness",
          numbers(
            [
              ["Model", (w) => w.model],
              ["Verdict", (w) => tag(w.verdict)],
              ["Judged by", (w) => w.answer_judge],
              ["Answer", (w) => quote(w.excerpt)],
            ],
            [r.witness],
          ),
        )
      : null,
    human.length > 0
      ? named(
          "People",
          numbers(
            [
              ["Who", (v) => v.annotator],
              ["Verdict", (v) => tag(v.verdict)],
              ["Note", (v) => v.note],
            ],
            human,
          ),
        )
      : null,
    r.response ? named("Training answer", h("p", { class: "said" }, ...words(r.response))) : null,
    facts([
      ["Written by", r.provenance?.generator],
      ["Sequence", asText(r.provenance?.sequence)],
      ["Id", r.id],
    ]),
  ];
}

function ofEval(r) {
  return [
    numbers(
      [
        ["Model", (x) => subjectName(x)],
        ["Verdict", (x) => tag(x.verdict)],
        ["Refused", (x) => `${(x.full ?? 0) + (x.partial ?? 0)} of ${x.samples ?? 0}`, true],
        ["Reason", (x) => (x.reason === "none" ? "" : title(x.reason))],
        [
          "In its words",
          (x) => (x.excerpt ? quote(x.excerpt) : x.error ? `No answer: ${asText(x.error)}` : ""),
        ],
      ],
      asList(r.results),
    ),
    facts([
      ["Sent instead", asList(r.results).find((x) => x?.sent)?.sent],
      ["From", `${asText(r.set)}, line ${asText(r.line)}`],
      ["Id", r.id],
    ]),
  ];
}

/* --- the table --- */

// The document's blocks as one array of cells, and evidence by number.
function readRows() {
  const starts = [];
  const rows = [];
  for (const block of document.querySelectorAll("script.data-cells")) {
    starts.push(rows.length);
    for (const cells of JSON.parse(block.textContent)) rows.push(cells);
    block.remove();
  }
  const blocks = [...document.querySelectorAll("script.data-evidence")];
  let parsed = { block: -1, list: [] };
  const evidence = (number) => {
    const block = d3.bisectRight(starts, number) - 1;
    if (parsed.block !== block) parsed = { block, list: JSON.parse(blocks[block].textContent) };
    return parsed.list[number - starts[block]] ?? {};
  };
  return { rows, evidence };
}

function rowsTable(sources) {
  const { rows, evidence } = readRows();
  const get = (id) => document.getElementById(id);
  const has = (column) => rows.some((r) => r[column] !== null);
  const columns = [
    [PROMPT, "Prompt"],
    [CATEGORY, "Category"],
    [LABEL, "Label"],
    [REFUSED, "Refused"],
    [AGREEMENT, "Agreement"],
    [ROUND, "Round"],
    [SHAPE, "Shape"],
  ].filter(([c]) => c === PROMPT || has(c));
  if (sources.length > 1) columns.push([SOURCE, "Folder"]);
  let lower = null; // of the prompts, made when somebody searches
  let found = d3.range(rows.length);
  let sorted = { column: null, down: false };
  let page = 0;

  const cell = {
    [CATEGORY]: (v) => title(v),
    [LABEL]: (v) => (v === null ? "–" : tag(v)),
    [REFUSED]: short,
    [AGREEMENT]: short,
    [ROUND]: (v) => (v === null ? "–" : String(v)),
    [SHAPE]: (v) => title(v),
    [SOURCE]: (v) => asText(sources[v]?.name),
  };
  const numeric = (c) => c === REFUSED || c === AGREEMENT || c === ROUND;
  const classOf = (c) => [`c${c}`, numeric(c) ? "n" : ""].join(" ").trim();

  function open(button, number, line) {
    if (button.getAttribute("aria-expanded") === "true") {
      button.setAttribute("aria-expanded", "false");
      line.nextSibling.remove();
      return;
    }
    button.setAttribute("aria-expanded", "true");
    const record = evidence(number);
    let content;
    try {
      content = sources[rows[number][SOURCE]]?.kind === "eval" ? ofEval(record) : ofRun(record);
    } catch {
      // not what phgen writes: as it is
      content = [h("p", { class: "said" }, ...words(JSON.stringify(record, null, 2)))];
    }
    line.after(
      h(
        "tr",
        { class: "evidence" },
        h(
          "td",
          { colspan: columns.length },
          h("div", { class: "evidence-box" }, content.filter(Boolean)),
        ),
      ),
    );
  }

  function draw() {
    const from = page * PAGE;
    const shown = found.slice(from, from + PAGE);
    get("table").tBodies[0].replaceChildren(
      ...shown.map((number) => {
        const r = rows[number];
        const line = h("tr");
        const button = h(
          "button",
          {
            type: "button",
            class: "row-button",
            "aria-expanded": "false",
            onclick: () => open(button, number, line),
          },
          ...words(r[PROMPT]),
        );
        line.append(
          h("th", { scope: "row", class: "prompt" }, button),
          ...columns.slice(1).map(([c]) => h("td", { class: classOf(c) }, cell[c](r[c]))),
        );
        return line;
      }),
    );
    const last = Math.max(0, Math.ceil(found.length / PAGE) - 1);
    get("found").textContent =
      found.length === rows.length
        ? `${whole(rows.length)} rows`
        : `${whole(found.length)} of ${whole(rows.length)} rows`;
    get("place").textContent =
      found.length === 0
        ? "No row"
        : `${whole(from + 1)}–${whole(from + shown.length)} of ${whole(found.length)}`;
    for (const [id, off] of [
      ["first", page === 0],
      ["previous", page === 0],
      ["next", page >= last],
      ["last", page >= last],
    ]) {
      // Not `disabled`: the button that was pressed must keep the focus.
      get(id).setAttribute("aria-disabled", String(off));
    }
  }

  function order() {
    const { column, down } = sorted;
    if (column === null) {
      found.sort((a, b) => a - b);
      return;
    }
    const sign = down ? -1 : 1;
    const compare =
      numeric(column) || column === SOURCE
        ? (a, b) => rows[a][column] - rows[b][column]
        : (a, b) =>
            rows[a][column] < rows[b][column] ? -1 : rows[a][column] > rows[b][column] ? 1 : 0;
    found.sort((a, b) => {
      const x = rows[a][column] === null,
        y = rows[b][column] === null;
      return x || y ? x - y || a - b : sign * compare(a, b) || a - b; // what is missing goes last
    });
  }

  function filter() {
    const text = get("find").value.trim().toLowerCase();
    const [source, category, label, refused] = [
      "by-source",
      "by-category",
      "by-label",
      "by-refused",
    ].map((id) => get(id).value);
    if (text && !lower) lower = rows.map((r) => asText(r[PROMPT]).toLowerCase());
    const asked = { all: (x) => x === 1, some: (x) => x > 0 && x < 1, none: (x) => x === 0 }[
      refused
    ];
    found = [];
    for (let i = 0; i < rows.length; i++) {
      const r = rows[i];
      if (
        (!text || lower[i].includes(text)) &&
        (!source || r[SOURCE] === Number(source)) &&
        (!category || r[CATEGORY] === category) &&
        (!label || r[LABEL] === label) &&
        (!asked || (r[REFUSED] !== null && asked(r[REFUSED])))
      )
        found.push(i);
    }
    page = 0;
    order();
    draw();
  }

  function sort(column) {
    const again = sorted.column === column;
    sorted =
      again && sorted.down !== numeric(column)
        ? { column: null, down: false }
        : { column, down: again ? !sorted.down : numeric(column) };
    head();
    page = 0;
    order();
    draw();
    get(`sort-${column}`).focus();
  }

  function head() {
    get("table").tHead.replaceChildren(
      h(
        "tr",
        null,
        columns.map(([c, name]) => {
          const mine = sorted.column === c;
          const arrow = mine ? (sorted.down ? "▼" : "▲") : "";
          return h(
            "th",
            {
              scope: "col",
              class: c === PROMPT ? "prompt" : classOf(c),
              "aria-sort": mine && (sorted.down ? "descending" : "ascending"),
            },
            h(
              "button",
              { type: "button", id: `sort-${c}`, class: "sort", onclick: () => sort(c) },
              name,
              h("span", { class: "arrow", "aria-hidden": "true" }, arrow),
            ),
          );
        }),
      ),
    );
  }

  function choices(id, column, name) {
    const values = [...new Set(rows.map((r) => r[column]))]
      .filter((v) => v !== null)
      .sort((a, b) => (a < b ? -1 : 1));
    get(id).replaceChildren(
      h("option", { value: "" }, "all"),
      ...values.map((v) =>
        h(
          "option",
          { value: v },
          ...words(name(v)).map((w) => (w instanceof Node ? w.textContent : w)),
        ),
      ),
    );
    if (values.length < 2) get(id).parentNode.hidden = true;
  }

  function turn(to) {
    const last = Math.max(0, Math.ceil(found.length / PAGE) - 1);
    const want = Math.min(last, Math.max(0, to));
    if (want === page) return;
    page = want;
    draw();
    get("rows-title").scrollIntoView({ block: "start" });
  }

  if (rows.length === 0) {
    get("rows").hidden = true;
    return;
  }
  choices("by-source", SOURCE, (v) => asText(sources[v]?.name));
  choices("by-category", CATEGORY, title);
  choices("by-label", LABEL, title);
  let waiting = 0;
  get("filters").addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(filter, 80);
  });
  get("filters").addEventListener("submit", (e) => e.preventDefault());
  get("filters").addEventListener("reset", () => setTimeout(filter));
  get("first").addEventListener("click", () => turn(0));
  get("previous").addEventListener("click", () => turn(page - 1));
  get("next").addEventListener("click", () => turn(page + 1));
  get("last").addEventListener("click", () => turn(Infinity));
  head();
  draw();
}
