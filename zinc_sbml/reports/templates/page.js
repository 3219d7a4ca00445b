"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const data = JSON.parse(byId("data").textContent);

  // --- Tables: sorting by the buttons in their heads, searching by the fields above them ---
  const order = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
  const key = (row, column) => row.cells[column].dataset.value ?? row.cells[column].textContent.trim();

  function compare(one, other, descending) {
    // What has no value comes last, whichever way is sorted.
    if (one === "" || other === "") return (one === "") - (other === "");
    const difference = isNaN(one) || isNaN(other) ? order.compare(one, other) : one - other;
    return descending ? -difference : difference;
  }

  for (const table of document.querySelectorAll("table.sortable")) {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => head.querySelector("button").addEventListener("click", () => {
      const descending = head.getAttribute("aria-sort") === "ascending";
      for (const one of heads) one.setAttribute("aria-sort", "none");
      head.setAttribute("aria-sort", descending ? "descending" : "ascending");
      const body = table.tBodies[0];
      body.append(...[...body.rows].sort((a, b) => compare(key(a, column), key(b, column), descending)));
    }));
  }

  for (const field of document.querySelectorAll("input[data-table]")) {
    const rows = [...byId(field.dataset.table).tBodies[0].rows];
    const texts = rows.map((row) => row.textContent.toLowerCase());
    const count = document.querySelector(`[data-count="${field.dataset.table}"]`);
    const search = () => {
      const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      rows.forEach((row, number) => {
        row.hidden = !words.every((word) => texts[number].includes(word));
        shown += !row.hidden;
      });
      count.textContent = `${shown} of ${rows.length} rows shown`;
    };
    field.addEventListener("input", search);
    search();
  }

  // --- Plots ---
  // Colours of Okabe and Ito, told apart by the colour-blind.
  const colors = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00"];
  const grid = "#dfe4e9";
  const config = { responsive: true, displaylogo: false, modeBarButtons: [["toImage"]] };
  // Plotly reads marks like <b> in its texts; ours are meant as they stand.
  const plain = (text) => String(text).replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
  const digits = (value) => (value === null ? "" : String(Number(value.toPrecision(3))));
  const axis = (title, more) => ({ title: { text: plain(title), standoff: 6 }, gridcolor: grid, zerolinecolor: grid,
    automargin: true, fixedrange: true, ...more });
  const layout = (more) => ({ margin: { l: 48, r: 10, t: 8, b: 40 }, height: 250, showlegend: false,
    font: { size: 12, color: "#1a1a1a" }, paper_bgcolor: "#ffffff", plot_bgcolor: "#ffffff", hovermode: "x unified",
    ...more });
  const element = (tag, text, name) => {
    const made = document.createElement(tag);
    made.textContent = text ?? "";
    if (name) made.className = name;
    return made;
  };

  function panelPlot(course, panel, other, place) {
    const seconds = course.factor;
    const curves = (of, from, dash) => from.curves.map((curve, number) => ({
      x: of.times.map((time) => time / seconds), y: curve.values, mode: "lines",
      name: plain(curve.id) + (dash ? " (compared)" : ""),
      line: { color: colors[number % colors.length], width: dash ? 1.5 : 2.2, dash: dash ? "dash" : "solid" },
      hovertemplate: "%{y:.3g}",
    }));
    const same = other?.panels.find((one) => one.title === panel.title);
    const traces = [...curves(course, panel, false), ...(same ? curves(other, same, true) : [])];
    const shapes = course.marks.map((mark) => ({ type: "line", x0: mark / seconds, x1: mark / seconds, yref: "paper",
      y0: 0, y1: 1, line: { color: "#6b7680", width: 1, dash: "dot" } }));
    const units = [...new Set(panel.curves.map((curve) => curve.unit))].join(", ");
    Plotly.newPlot(place, traces, layout({ shapes, height: traces.length > 1 ? 290 : 250,
      showlegend: traces.length > 1, legend: { orientation: "h", y: -0.3, yanchor: "top", x: 0 },
      xaxis: axis(`time (${course.unit})`), yaxis: axis(units, { rangemode: "tozero", tickformat: "~g" }) }), config);
    const words = panel.curves.map((curve) =>
      `${curve.name} from ${digits(curve.values[0])} to ${digits(curve.values.at(-1))} ${curve.unit}`);
    place.setAttribute("aria-label", `${panel.title}: ${words.join("; ")}`);
  }

  function show() {
    const course = data.courses[byId("scenario").value];
    const other = data.courses[byId("other").value];
    const story = byId("story");
    for (const place of story.querySelectorAll(".plot")) Plotly.purge(place);
    byId("question").textContent =
      `${course.question} What is changed: ${course.changes}. Duration: ${course.duration}.`;
    byId("numbers-caption").textContent = `${course.title} (${course.id})`;
    const body = byId("numbers").tBodies[0];
    body.replaceChildren();
    story.replaceChildren(...course.panels.map((panel, number) => {
      const box = element("div", "", "panel");
      const place = element("div", "", "plot");
      place.id = `panel-${number}`;
      place.setAttribute("role", "img");
      box.append(element("h3", panel.title), place);
      return box;
    }));
    course.panels.forEach((panel, number) => {
      panelPlot(course, panel, other, byId(`panel-${number}`));
      for (const curve of panel.curves) {
        const row = body.insertRow();
        const head = element("th", curve.name, "text");
        head.scope = "row";
        head.append(document.createElement("br"), element("code", curve.id));
        row.append(head, element("td", curve.unit));
        const known = curve.values.filter((value) => value !== null);
        for (const value of [curve.values[0], Math.min(...known), Math.max(...known), curve.values.at(-1)]) {
          row.append(element("td", digits(value), "number"));
        }
      }
    });
  }
  byId("scenario").addEventListener("change", show);
  byId("other").addEventListener("change", show);
  show();

  function drawMargins(place) {
    const rows = data.margins.slice().reverse();
    // Factors beyond these ends of the axis are drawn at them.
    const [least, most] = [1e-2, 1e2];
    // Null is beyond all numbers; undefined was not computed and is not drawn.
    const inside = (value) => (value === undefined ? null : Math.min(most, Math.max(least, value ?? most)));
    const words = (value) => (value === null ? "beyond all" : digits(value));
    const color = (row) => (row.status === "missed" ? "#9c1c13" : "#0072B2");
    const hover = rows.map((row) => `${plain(row.words)}<br>1 is just met; shipped cell ${words(row.value)}`
      + (row.median === undefined ? "" : `, plausible cells ${words(row.median)} (${words(row.low)} to ${words(row.high)})`));
    const marks = (name, value, marker) => ({ name, x: rows.map((row) => inside(row[value])),
      y: rows.map((row, number) => number), mode: "markers", hovertext: hover, hoverinfo: "text",
      marker: { color: rows.map(color), ...marker } });
    const bars = { x: [], y: [], mode: "lines", hoverinfo: "skip", line: { color: "#8a97a5", width: 5 } };
    rows.forEach((row, number) => {
      bars.x.push(inside(row.low), inside(row.high), null);
      bars.y.push(number, number, null);
    });
    // Labels stand left of the chart where there is room, else above each row, in two lines if need be.
    const wide = place.clientWidth > 800;
    const height = wide ? 26 : 54;
    const label = (row) => {
      const parts = [plain(row.finding), plain(row.bound)];
      return wide || parts.join(": ").length < 50 ? parts.join(": ") : parts.join(":<br>");
    };
    const annotations = rows.map((row, number) => ({ y: number, text: label(row), showarrow: false, xref: "paper", x: 0,
      ...(wide ? { xanchor: "right", xshift: -8 }
        : { xanchor: "left", align: "left", yanchor: "bottom", yshift: 6, bgcolor: "rgba(255,255,255,0.85)", borderpad: 1 }),
      font: { size: 11 } }));
    for (const [text, x, xanchor] of [["← not met", -0.04, "right"], ["met →", 0.04, "left"]]) {
      annotations.push({ text, x, xanchor, y: 1, yref: "paper", yanchor: "bottom", showarrow: false,
        font: { size: 12, color: "#1a1a1a" } });
    }
    Plotly.newPlot(place, [bars, marks("median", "median", { symbol: "line-ns", size: 14, line: { width: 2, color: "#1a1a1a" } }),
      marks("shipped cell", "value", { size: 10, line: { width: 1, color: "#ffffff" } })],
    layout({ height: 90 + height * rows.length, margin: { l: wide ? 500 : 12, r: 12, t: 34, b: 44 }, annotations, hovermode: "closest",
      shapes: [{ type: "line", x0: 1, x1: 1, yref: "paper", y0: 0, y1: 1, line: { color: "#1a1a1a", width: 1.5 } }],
      xaxis: axis("factor by which the bound is met", { type: "log", range: [-2.08, 2.08],
        tickvals: [0.01, 0.1, 1, 10, 100], ticktext: ["≤ 0.01", "0.1", "1", "10", "≥ 100"] }),
      yaxis: { visible: false, range: [-0.8, rows.length - (wide ? 0.3 : 0.1)], fixedrange: true } }), config);
  }
  if (data.margins.length) drawMargins(byId("margins"));

  data.bundles.forEach((bundle, number) => bundle.panels.forEach((panel, place) => {
    const x = bundle.times.map((time) => time / bundle.factor);
    // A single time has no line: the median stands with the middle 90 percent.
    if (x.length === 1) {
      const [least, , median, , most] = panel.quantiles.map((one) => one[0]);
      Plotly.newPlot(`band-${number}-${place}`, [{ x, y: [median], mode: "markers", marker: { size: 9, color: colors[0] },
        error_y: { type: "data", symmetric: false, array: [most - median], arrayminus: [median - least], color: colors[0] },
        hovertemplate: "%{y:.3g}", name: "median" }], layout({ xaxis: axis(`time (${bundle.unit})`),
        yaxis: axis(panel.unit, { rangemode: "tozero", tickformat: "~g" }) }), config);
      return;
    }
    const [lowest, low, middle, high, highest] = panel.quantiles;
    const edge = (y, more) => ({ x, y, mode: "lines", line: { width: 0 }, hoverinfo: "skip", ...more });
    Plotly.newPlot(`band-${number}-${place}`, [
      edge(lowest), edge(highest, { fill: "tonexty", fillcolor: "rgba(0,114,178,0.18)" }),
      edge(low), edge(high, { fill: "tonexty", fillcolor: "rgba(0,114,178,0.32)" }),
      { x, y: middle, mode: "lines", name: "median", line: { color: "#0072B2", width: 2 }, hovertemplate: "%{y:.3g}" },
    ], layout({ xaxis: axis(`time (${bundle.unit})`),
      yaxis: axis(panel.unit, { rangemode: "tozero", tickformat: "~g" }) }), config);
  }));

  // Paper has another width than the screen.
  const fit = () => document.querySelectorAll(".js-plotly-plot").forEach((place) => Plotly.Plots.resize(place));
  window.addEventListener("beforeprint", fit);
  window.addEventListener("afterprint", fit);
})();
