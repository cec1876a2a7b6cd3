/* SPDX-License-Identifier: GPL-3.0-or-later */
// The page from its data.

const figures = JSON.parse(document.querySelector("script.data-figures").textContent);
const sources = asList(figures.sources);

const theme = document.getElementById("theme");
const prefersDark = matchMedia("(prefers-color-scheme: dark)");
const isDark = () =>
  (document.documentElement.dataset.theme ?? (prefersDark.matches ? "dark" : "light")) === "dark";
const sayTheme = () => theme.setAttribute("aria-pressed", String(isDark()));
theme.addEventListener("click", () => {
  document.documentElement.dataset.theme = isDark() ? "light" : "dark";
  sayTheme();
});
prefersDark.addEventListener("change", sayTheme);
sayTheme();

// The only one on the page is under the page's heading.
function section(s, number, all) {
  const id = `source-${number}`;
  const kind = h("span", { class: "kind" }, s.kind === "eval" ? "Evaluation" : "Run");
  const alone = all.length === 1 && s.name === figures.title;
  return h(
    "section",
    { class: "source", "aria-labelledby": id },
    alone ? h("h1", { id }, kind, ...words(s.name)) : h("h2", { id }, kind, ...words(s.name)),
    ...(s.kind === "eval" ? evalSection(s) : runSection(s)).filter(Boolean),
  );
}

document.getElementById("figures").append(
  sources.length === 1 && sources[0].name === figures.title
    ? ""
    : h("h1", null, ...words(figures.title)),
  sources.length > 1
    ? h(
        "nav",
        { class: "contents", "aria-label": "Contents" },
        sources.map((s, i) => h("a", { href: `#source-${i}` }, ...words(s.name))),
      )
    : "",
  ...sources.map(section),
);
rowsTable(sources);
document.getElementById("made").textContent =
  `Made by phgen ${asText(figures.phgen)}. This page holds all it shows and asks the network for nothing.`;
document.documentElement.dataset.ready = "yes";
