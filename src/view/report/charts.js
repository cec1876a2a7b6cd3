/* SPDX-License-Identifier: GPL-3.0-or-later */
// Charts as SVG, drawn with D3 for a width in pixels.  Colours are classes, so
// that a change of theme needs no drawing.  An item is {label, ...}.

const svg = (width, height, name) =>
  d3
    .create("svg")
    .attr("viewBox", `0 0 ${width} ${height}`)
    .attr("width", width)
    .attr("height", height)
    .attr("role", "img")
    .attr("aria-label", name);

// As many characters as fit, about; 12.5 pixel text, by a wide font.
const CHARACTER = 7.4;
const fit = (text, pixels) => {
  const most = Math.max(4, Math.floor(pixels / CHARACTER));
  const all = [...asText(text)];
  return all.length > most ? `${all.slice(0, most - 1).join("")}…` : all.join("");
};

function grid(at, x, top, bottom, ticks, format) {
  at.append("g")
    .attr("class", "axis")
    .attr("transform", `translate(0,${top})`)
    .call(
      d3
        .axisTop(x)
        .ticks(ticks)
        .tickFormat(format)
        .tickSize(-(bottom - top))
        .tickPadding(8),
    )
    .call((g) => g.select(".domain").remove());
}

const perCent = (v) => `${Math.round(100 * v)}%`;

// Where labels go: beside the bars, on a narrow page above them.
function frame(width, items, right) {
  const narrow = width < 520;
  const longest = items.reduce((n, i) => Math.max(n, [...asText(i.label)].length), 0);
  const left = narrow ? 12 : Math.min(Math.max(120, width * 0.45), 16 + CHARACTER * longest);
  const step = narrow ? 38 : 26;
  return {
    narrow,
    left,
    step,
    right: width - right,
    top: 26,
    bottom: 26 + step * items.length + 4,
    y: (i) => 26 + step * i + (narrow ? 26 : step / 2 + 2),
    labelY: (i) => 26 + step * i + (narrow ? 14 : step / 2 + 6),
  };
}

function labels(at, f, items, width) {
  at.append("g")
    .selectAll("text")
    .data(items)
    .join("text")
    .attr("class", "label")
    .attr("x", f.narrow ? 0 : f.left - 10)
    .attr("y", (d, i) => f.labelY(i))
    .attr("text-anchor", f.narrow ? "start" : "end")
    .text((d) => fit(d.label, f.narrow ? width - 70 : f.left - 12))
    .append("title")
    .text((d) => d.label);
}

// A dot with its interval an item: {label, value, low, high}, shares of 1.
function forest(items, name) {
  return (width) => {
    const f = frame(width, items, 64);
    const most = Math.min(1, d3.max(items, (d) => d.high ?? d.value) || 1);
    const x = d3.scaleLinear().domain([0, most]).nice().range([f.left, f.right]);
    const at = svg(width, f.bottom, name);
    grid(at, x, f.top - 6, f.bottom, f.narrow ? 4 : 6, perCent);
    labels(at, f, items, width);
    const g = at
      .append("g")
      .selectAll("g")
      .data(items)
      .join("g")
      .attr("transform", (d, i) => `translate(0,${f.y(i)})`);
    g.append("line")
      .attr("class", "whisker")
      .attr("x1", (d) => x(d.low))
      .attr("x2", (d) => x(d.high));
    g.append("circle")
      .attr("class", "dot")
      .attr("cx", (d) => x(d.value))
      .attr("r", 4.5);
    g.append("text")
      .attr("class", "value")
      .attr("x", width)
      .attr("y", 4)
      .attr("text-anchor", "end")
      .text((d) => percent(d.value));
    g.append("title").text(
      (d) => `${d.label}: ${percent(d.value)}, 95 % interval ${between(d.low, d.high)}`,
    );
    return at.node();
  };
}

// Bars of counts: {label, value, start, tone}; `start` hangs one in the air.
function bars(items, name, format = whole) {
  return (width) => {
    const f = frame(width, items, 74);
    const x = d3
      .scaleLinear()
      .domain([0, d3.max(items, (d) => (d.start ?? 0) + d.value) || 1])
      .range([f.left, f.right]);
    const at = svg(width, f.bottom - 20, name);
    const shift = at.append("g").attr("transform", "translate(0,-20)");
    labels(shift, f, items, width);
    const g = shift
      .append("g")
      .selectAll("g")
      .data(items)
      .join("g")
      .attr("transform", (d, i) => `translate(0,${f.y(i)})`);
    g.append("rect")
      .attr("class", (d) => `bar ${d.tone ?? "accent"}`)
      .attr("x", (d) => x(d.start ?? 0))
      .attr("y", -7)
      .attr("height", 14)
      .attr("rx", 2)
      .attr("width", (d) => (d.value > 0 ? Math.max(2, x(d.value) - x(0)) : 0));
    g.append("text")
      .attr("class", "value")
      .attr("x", width)
      .attr("y", 4)
      .attr("text-anchor", "end")
      .text((d) => format(d.value));
    g.append("title").text((d) => `${d.label}: ${format(d.value)}`);
    return at.node();
  };
}

// Parts of a whole: {label, parts: [[name, value, tone], ...]}.
function stacks(items, name) {
  return (width) => {
    const f = frame(width, items, 2);
    const at = svg(width, f.bottom - 16, name);
    const shift = at.append("g").attr("transform", "translate(0,-16)");
    labels(shift, f, items, width);
    items.forEach((d, i) => {
      const x = d3
        .scaleLinear()
        .domain([0, d3.sum(d.parts, (p) => p[1]) || 1])
        .range([f.left, f.right]);
      let from = 0;
      for (const [part, value, tone] of d.parts) {
        if (!(value > 0)) continue;
        const wide = x(from + value) - x(from);
        const g = shift.append("g").attr("transform", `translate(${x(from)},${f.y(i)})`);
        g.append("rect")
          .attr("class", `bar ${tone}`)
          .attr("y", -8)
          .attr("height", 16)
          .attr("width", Math.max(1, wide - 1));
        if (wide > 44)
          g.append("text").attr("class", "inside").attr("x", 6).attr("y", 4).text(whole(value));
        g.append("title").text(`${d.label}, ${part}: ${whole(value)}`);
        from += value;
      }
    });
    return at.node();
  };
}

// A square a concept, the most refused first: {label, cells: [[name, of, n, share]]};
// `most` is the share of the darkest.
const HEAT_STEPS = 7;
function tiles(items, name, most) {
  const step = d3
    .scaleQuantize()
    .domain([0, most || 1])
    .range(d3.range(HEAT_STEPS));
  return (width) => {
    const narrow = width < 520;
    const left = narrow ? 0 : 290;
    const longest = d3.max(items, (d) => d.cells.length) || 1;
    const size = narrow ? 15 : Math.max(12, Math.min(18, Math.floor((width - left) / longest)));
    const across = Math.max(4, Math.floor((width - left) / size));
    const at = svg(width, 10, name);
    let y = 4;
    for (const d of items) {
      at.append("text")
        .attr("class", "label")
        .attr("x", narrow ? 0 : left - 10)
        .attr("y", y + (narrow ? 12 : size / 2 + 3))
        .attr("text-anchor", narrow ? "start" : "end")
        .text(fit(d.label, narrow ? width : left - 12));
      if (narrow) y += 18;
      d.cells.forEach((c, i) => {
        at.append("rect")
          .attr("class", `tile heat-${step(c[3])}`)
          .attr("x", left + size * (i % across))
          .attr("y", y + size * Math.floor(i / across))
          .attr("width", size - 2)
          .attr("height", size - 2)
          .attr("rx", 2)
          .append("title")
          .text(`${c[0]}: ${whole(c[2])} of ${whole(c[1])} refused, estimate ${percent(c[3])}`);
      });
      y += size * Math.max(1, Math.ceil(d.cells.length / across)) + (narrow ? 10 : 3);
    }
    return at.attr("viewBox", `0 0 ${width} ${y}`).attr("height", y).node();
  };
}

// Points {label, x, y, front, across, up}, these two with wilson_low and
// wilson_high of x and y: the best are to the left and on top.  Those at
// the same place are one, with the first one's name.
function scatter(points, name, xName, yName) {
  const items = [...d3.group(points, (d) => `${d.x} ${d.y}`).values()].map((same) => ({
    ...same[0],
    label: same.length > 1 ? `${same[0].label} and ${same.length - 1} more` : same[0].label,
    all: same.map((d) => d.label).join(", "),
  }));
  return (width) => {
    const wide = Math.min(width, 720);
    const height = Math.max(300, Math.min(430, wide * 0.7));
    const m = { left: 52, right: 18, top: 30, bottom: 46 };
    const x = d3
      .scaleLinear()
      .domain([0, Math.min(1, (d3.max(items, (d) => d.across?.wilson_high ?? d.x) || 0.1) * 1.1)])
      .nice()
      .range([m.left, wide - m.right]);
    const lowest = d3.min(items, (d) => d.up?.wilson_low ?? d.y) ?? 0;
    const y = d3
      .scaleLinear()
      .domain([Math.max(0, lowest - 0.05), 1])
      .nice()
      .range([height - m.bottom, m.top]);
    const at = svg(wide, height, name);
    at.append("g")
      .attr("class", "axis")
      .attr("transform", `translate(0,${height - m.bottom})`)
      .call(
        d3
          .axisBottom(x)
          .ticks(6)
          .tickFormat(perCent)
          .tickSize(-(height - m.top - m.bottom))
          .tickPadding(8),
      )
      .call((g) => g.select(".domain").remove());
    at.append("g")
      .attr("class", "axis")
      .attr("transform", `translate(${m.left},0)`)
      .call(
        d3
          .axisLeft(y)
          .ticks(6)
          .tickFormat(perCent)
          .tickSize(-(wide - m.left - m.right))
          .tickPadding(8),
      )
      .call((g) => g.select(".domain").remove());
    at.append("text")
      .attr("class", "axis-name")
      .attr("x", (m.left + wide - m.right) / 2)
      .attr("y", height - 6)
      .attr("text-anchor", "middle")
      .text(`${xName} →`);
    at.append("text")
      .attr("class", "axis-name")
      .attr("transform", `translate(13,${(m.top + height - m.bottom) / 2}) rotate(-90)`)
      .attr("text-anchor", "middle")
      .text(`${yName} →`);
    const ranges = at.append("g").attr("class", "range").selectAll("g").data(items).join("g");
    ranges
      .filter((d) => isNumber(d.across?.wilson_low))
      .append("line")
      .attr("x1", (d) => x(d.across.wilson_low))
      .attr("x2", (d) => x(d.across.wilson_high))
      .attr("y1", (d) => y(d.y))
      .attr("y2", (d) => y(d.y));
    ranges
      .filter((d) => isNumber(d.up?.wilson_low))
      .append("line")
      .attr("y1", (d) => y(d.up.wilson_low))
      .attr("y2", (d) => y(d.up.wilson_high))
      .attr("x1", (d) => x(d.x))
      .attr("x2", (d) => x(d.x));
    const front = items.filter((d) => d.front).sort((a, b) => a.x - b.x || a.y - b.y);
    at.append("path")
      .attr("class", "front")
      .attr(
        "d",
        d3
          .line()
          .x((d) => x(d.x))
          .y((d) => y(d.y))
          .curve(d3.curveStepAfter)(front),
      );
    const g = at
      .append("g")
      .selectAll("g")
      .data(items)
      .join("g")
      .attr("transform", (d) => `translate(${x(d.x)},${y(d.y)})`);
    g.append("circle")
      .attr("class", (d) => (d.front ? "dot" : "dot hollow"))
      .attr("r", 6);
    const taken = [];
    g.append("text")
      .attr("class", "label haloed")
      .each(function place(d) {
        const text = fit(d.label, wide * 0.6);
        const long = CHARACTER * [...text].length + 12;
        const right = x(d.x) + long < wide - m.right;
        let dy = 4;
        const left = right ? x(d.x) : x(d.x) - long;
        const clash = () =>
          taken.some(
            (t) => Math.abs(t.y - (y(d.y) + dy)) < 15 && left < t.right && left + long > t.left,
          );
        for (const step of [-9, 19, 34, -24]) {
          dy = step;
          if (!clash()) break;
        }
        taken.push({ y: y(d.y) + dy, left, right: left + long });
        d3.select(this)
          .attr("x", right ? 11 : -11)
          .attr("y", dy)
          .attr("text-anchor", right ? "start" : "end")
          .text(text);
      });
    g.append("title").text(
      (d) =>
        `${d.all}: ${xName.toLowerCase()} ${percent(d.x)}, ${yName.toLowerCase()} ${percent(d.y)}`,
    );
    return at.node();
  };
}

// A chart that is drawn again when its place gets another width.
const watched = new Map();
const watcher = new ResizeObserver((entries) => {
  for (const { target, contentRect } of entries) {
    const w = watched.get(target);
    const width = Math.floor(contentRect.width);
    if (!w || width < 40 || w.width === width) continue;
    w.width = width;
    target.replaceChildren(w.draw(width));
  }
});
function plot(draw) {
  const box = h("div", { class: "plot" });
  watched.set(box, { draw, width: 0 });
  watcher.observe(box);
  return box;
}
