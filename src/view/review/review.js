// SPDX-License-Identifier: GPL-3.0-or-later
// The review page: one row at a time, one key a verdict.
//
// The page goes on only when the server has said that a verdict is stored.
// Whose verdict it is (`annotator`) belongs to the tab, so two tabs may be two
// people.  Undo is the tab's too: it takes back what was said here, and the
// server refuses where another tab has changed the row since.
//
// Text of rows reaches the document through plain() only, which makes text
// nodes; the Content-Security-Policy forbids the other ways.
import { ask, session, Stale } from "/api.js";
import { element, plain } from "/text.js";
import { showEvidence } from "/evidence.js";

const $ = (id) => document.getElementById(id);
const UNDO_MAX = 100;

let me = null;        // annotator
let row = null;       // what is on the screen: at, id, messages, mine, state
let progress = null;  // total, done, at
let busy = false;
let undo = [];        // [{at, id, state}], the last at the end

// --- saying things ---

function say(text, kind = "") {
  $("message").textContent = text;
  $("message").dataset.kind = kind;
}

function show(name) {
  for (const id of ["welcome", "desk", "done"]) $(id).hidden = id !== name;
  $("controls").hidden = name !== "desk" && name !== "done";
  $("verdicts").hidden = name !== "desk";
  for (const id of ["skip", "next", "note-open"]) $(id).hidden = name !== "desk";
  $("evidence-open").hidden = name !== "desk" || session.blind;
  $("who").hidden = name === "welcome";
}

const keep = (name, value) => sessionStorage.setItem(`${name}:${me}`, JSON.stringify(value));
const kept = (name) => JSON.parse(sessionStorage.getItem(`${name}:${me}`) ?? "null");

// One question at a time; what fails is said and nothing moves.
async function doing(work) {
  if (busy) return;
  busy = true;
  $("desk").ariaBusy = "true";
  try {
    await work();
  } catch (e) {
    if (e instanceof Stale) {
      await look(row.at);
      say("This row was changed in another tab; here it is as it stands now.", "bad");
    } else {
      say(e.message, "bad");
    }
  } finally {
    busy = false;
    $("desk").ariaBusy = "false";
  }
}

// --- a row ---

function drawProgress() {
  const { total, done } = progress;
  $("bar").max = Math.max(total, 1);
  $("bar").value = done;
  $("bar").textContent = `${done} of ${total}`;
  $("place").textContent = row ? `Row ${row.at + 1} of ${total}` : "";
  $("state").textContent = `${done} labeled`;
  document.title = `${done}/${total} · phgen review`;
}

const ROLES = { user: "User", assistant: "Assistant", system: "System" };

function drawPrompt() {
  const last = row.messages.length - 1;
  const turns = row.messages.map(({ role, content }, i) => {
    const turn = element("article", `turn ${role}${i === last ? " last" : ""}`);
    if (last > 0) {
      turn.append(element("h2", "role", `${ROLES[role] ?? role}${i === last ? ", the request" : ""}`));
    }
    const words = element("div", "words");
    if (content.length > 600) words.classList.add("long");
    else if (content.length > 220) words.classList.add("middling");
    plain(words, content);
    if (i < last && content.length > 600) words.tabIndex = 0; // it scrolls
    turn.append(words);
    return turn;
  });
  $("prompt").replaceChildren(...turns);
}

function drawVerdict() {
  for (const button of $("verdicts").children) {
    button.setAttribute("aria-pressed", String(row.mine?.verdict === button.value));
  }
  $("note").value = row.mine?.note ?? "";
  openNote($("note").value !== "");
  $("undo").disabled = undo.length === 0;
  noteChanged();
}

async function look(at) {
  row = { at, ...(await ask("row", { annotator: me, at })) };
  progress = row.progress;
  show("desk");
  drawProgress();
  drawPrompt();
  drawVerdict();
  closeEvidence();
  history.replaceState(null, "", `#${at + 1}`);
  window.scrollTo(0, 0);
  $("prompt").focus({ preventScroll: true });
}

function finished() {
  row = null;
  drawProgress();
  $("done-text").textContent = progress.total === 0
    ? "There is none left that waits for it."
    : `${progress.done} of ${progress.total} rows.`;
  $("undo").disabled = undo.length === 0;
  show("done");
  history.replaceState(null, "", "#");
  $("done-title").focus();
}

async function goOn(at) {
  if (at >= progress.total) finished();
  else await look(at);
}

// --- what people do ---

const label = (verdict) => doing(async () => {
  if (!row) return;
  const note = $("note").value;
  const { at, id } = row;
  const got = await ask("label", { annotator: me, at, id, was: row.state, verdict, note });
  if (got.state !== row.state) {
    undo.push({ at, id, state: got.state });
    undo = undo.slice(-UNDO_MAX);
    keep("undo", undo);
  }
  progress = got.progress;
  await goOn(progress.at);
  say(`Saved: row ${at + 1} is ${verdict}.`, verdict);
});

const takeBack = () => doing(async () => {
  const last = undo.at(-1);
  if (!last) {
    say("There is nothing to undo in this tab.");
    return;
  }
  undo.pop();
  keep("undo", undo);
  try {
    await ask("undo", { annotator: me, at: last.at, id: last.id, was: last.state });
  } catch (e) {
    if (!(e instanceof Stale)) {
      undo.push(last);
      keep("undo", undo);
      throw e;
    }
    await look(last.at);
    say("That row was changed in another tab since; nothing was undone.", "bad");
    return;
  }
  await look(last.at);
  say(`Undone: row ${last.at + 1} is as it was before.`);
});

const move = (by) => doing(async () => {
  if (!progress?.total) return;
  const from = row ? row.at : progress.total;
  await look((from + by + progress.total) % progress.total);
  say("");
});

// To the next one without a verdict, other than this.
const skip = () => doing(async () => {
  if (!row) return;
  const { at } = row;
  const got = await ask("next", { annotator: me, at: at + 1 });
  progress = got.progress;
  await goOn(progress.at);
  say(progress.at === at ? "This is the only row left." : `Skipped row ${at + 1}.`);
});

function openNote(open) {
  $("note-box").hidden = !open;
  $("note-open").setAttribute("aria-expanded", String(open));
}

// A note goes with the verdict; one that comes after it has its own button.
function noteChanged() {
  $("note-save").hidden = !row?.mine || $("note").value === row.mine.note;
}

function toggleNote() {
  if (!row) return;
  openNote($("note-box").hidden);
  if (!$("note-box").hidden) $("note").focus();
}

function closeEvidence() {
  $("evidence").hidden = true;
  $("evidence").replaceChildren();
  $("evidence-open").setAttribute("aria-expanded", "false");
}

const toggleEvidence = () => doing(async () => {
  if (!row || session.blind) return;
  if (!$("evidence").hidden) {
    closeEvidence();
    return;
  }
  showEvidence($("evidence"), await ask("evidence", { annotator: me, at: row.at }));
  $("evidence-open").setAttribute("aria-expanded", "true");
});

// --- keys ---

const KEYS = {
  u: ["Undo the last verdict of this tab", takeBack],
  n: ["Next row", () => move(1)],
  p: ["Previous row", () => move(-1)],
  s: ["Skip to the next row without your verdict", skip],
  t: ["Write a note; Escape leaves it, Control and Enter store it", toggleNote],
  e: ["Evidence: what the models said", toggleEvidence],
  "?": ["These keys", () => $("help").showModal()],
};
const OTHER_NAMES = { ArrowRight: "n", ArrowLeft: "p" };

function onKey(event) {
  const { key, target } = event;
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (!$("keys-on").checked || $("help").open || $("controls").hidden) return;
  if (target.matches("input, textarea, select")) return;
  const todo = KEYS[OTHER_NAMES[key] ?? key]?.[1];
  if (todo) {
    event.preventDefault();
    todo();
  }
}

function onNoteKey(event) {
  if (event.key === "Escape") $("prompt").focus();
  if (event.key === "Enter" && event.ctrlKey && row.mine) label(row.mine.verdict);
}

// --- the beginning ---

function drawVerdicts() {
  session.verdicts.forEach(({ name, about }, i) => {
    const key = String(i + 1);
    const button = element("button", "verdict");
    button.type = "button";
    button.value = name;
    button.setAttribute("aria-keyshortcuts", key);
    button.append(element("kbd", "", key), ` ${name}`);
    button.addEventListener("click", () => label(name));
    $("verdicts").append(button);
    $("rubric").append(element("dt", "", name), element("dd", "", about));
    KEYS[key] = [name, () => label(name)];
  });
  for (const [key, [what]] of Object.entries(KEYS)) {
    if (key === "e" && session.blind) continue;
    const term = element("dt");
    term.append(element("kbd", "", key));
    $("keys").append(term, element("dd", "", what));
  }
}

async function begin(name) {
  const got = await ask("begin", { annotator: name });
  me = got.annotator;
  progress = got.progress;
  sessionStorage.setItem("annotator", me);
  undo = kept("undo") ?? [];
  $("name").textContent = me;
  const asked = Number(location.hash.slice(1)) - 1;
  const known = Number.isInteger(asked) && asked >= 0 && asked < progress.total;
  await goOn(known ? asked : progress.at);
  say(progress.done > 0 ? `Welcome back: ${progress.done} of ${progress.total} rows are labeled.` : "");
}

function welcome() {
  me = null;
  row = null;
  show("welcome");
  say("");
  $("welcome-name").focus();
}

function leave() {
  sessionStorage.removeItem("annotator");
  history.replaceState(null, "", "#");
  welcome();
}

// Another tab of the same person may have gone on.
async function refresh() {
  if (document.hidden || !me || !row || busy) return;
  const { at, state } = row;
  await doing(async () => {
    const now = await ask("row", { annotator: me, at });
    progress = now.progress;
    if (now.state !== state) await look(at);
    else drawProgress();
  });
}

function wire() {
  const clicks = {
    previous: () => move(-1), next: () => move(1), skip, undo: takeBack,
    "note-open": toggleNote, "evidence-open": toggleEvidence, leave,
    "note-save": () => row?.mine && label(row.mine.verdict),
    again: () => doing(() => look(0)),
    "help-open": () => $("help").showModal(),
  };
  for (const [id, work] of Object.entries(clicks)) $(id).addEventListener("click", work);
  $("note").addEventListener("input", noteChanged);
  $("note").addEventListener("keydown", onNoteKey);
  $("keys-on").checked = localStorage.getItem("keys") !== "off";
  $("keys-on").addEventListener("change", () => {
    localStorage.setItem("keys", $("keys-on").checked ? "on" : "off");
  });
  $("welcome-form").addEventListener("submit", (event) => {
    event.preventDefault();
    doing(() => begin($("welcome-name").value));
  });
  document.addEventListener("keydown", onKey);
  document.addEventListener("visibilitychange", refresh);
}

async function start() {
  await session.open();
  $("run").textContent = session.run;
  $("blind").hidden = !session.blind;
  $("leave").disabled = session.annotators.length === 1;
  for (const name of session.annotators) $("names").append(element("option", "", name));
  drawVerdicts();
  wire();
  const name = session.annotators.length === 1
    ? session.annotators[0] : sessionStorage.getItem("annotator");
  if (name) await doing(() => begin(name));
  if (!me) welcome();
}

start().catch((e) => say(e.message, "bad"));
