"use strict";
// Draws what the report's data says: curves by uPlot, and crops under a slider.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const byId = (id) => document.getElementById(id);
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const colours = dark
    ? ["#6cb6ff", "#ff8a65", "#81c784", "#ba8cff", "#ffd54f", "#4dd0e1", "#f48fb1", "#bcaaa4", "#e0e0e0", "#aed581"]
    : ["#0b6bcb", "#d1490b", "#2e7d32", "#7b3fc4", "#a87900", "#00838f", "#c2185b", "#6d4c41", "#555555", "#558b2f"];

  // Curves have their own rates: joined on one axis, each is looked up where it has a point nearest to the cursor.
  function draw(element, chart) {
    const joined = uPlot.join(chart.curves.map((curve) => [curve.x, curve.y]));
    const ink = getComputedStyle(document.body).color;
    const axis = (label) => ({ label, stroke: ink, grid: { stroke: dark ? "#3a4148" : "#d5d9de", width: 1 } });
    const nearest = (plot, series, index, x) => {
      const values = plot.data[series], places = plot.data[0];
      if (values[index] != null) return index;
      let best = null;
      values.forEach((value, i) => {
        if (value != null && (best === null || Math.abs(places[i] - x) < Math.abs(places[best] - x))) best = i;
      });
      return best;
    };
    const series = chart.curves.map((curve, index) => ({
      label: curve.name, stroke: colours[index % colours.length], width: index ? 1.5 : 3,
      dash: curve.published ? [6, 5] : undefined, spanGaps: true, points: { show: !curve.published, size: 6 },
      paths: curve.dots ? () => null : undefined,
      value: (plot, value, s, index) =>
        value == null ? "" : `${plot.data[0][index].toFixed(3)} ${chart.unit_x}, ${value.toFixed(chart.digits)}`,
    }));
    const size = () => ({ width: element.clientWidth, height: Math.min(420, Math.max(300, element.clientWidth * 0.55)) });
    const plot = new uPlot({
      ...size(), cursor: { dataIdx: nearest }, scales: { x: { time: false } },
      axes: [axis(chart.x), axis(chart.y)],
      series: [{ label: chart.x, value: (plot, value) => (value == null ? "" : value.toFixed(3)) }, ...series],
    }, joined, element);
    addEventListener("resize", () => plot.setSize(size()));
  }
  data.charts.forEach((chart, index) => draw(byId(`chart-${index}`), chart));

  if (!data.exhibits.length) return;
  const stage = byId("stage"), left = byId("left"), right = byId("right"), slider = byId("slider");
  let shown = null, plotted = null;
  const image = (panel) => `data:image/webp;base64,${panel.webp}`;
  function slide() {
    stage.querySelector(".right").style.clipPath = `inset(0 0 0 ${slider.value}%)`;
    stage.querySelector(".divider").style.left = `${slider.value}%`;
  }
  function paint() {
    for (const [side, choice] of [["left", left], ["right", right]]) {
      const panel = shown.panels[choice.selectedIndex];
      const picture = stage.querySelector(`.${side}`);
      picture.src = image(panel);
      picture.alt = `${shown.title}, ${panel.name}`;
      byId(`${side}-caption`).textContent = `${panel.name} ${panel.caption}`;
    }
  }
  function zoom() {
    const scale = Number(byId("zoom").value), picture = stage.querySelector(".left");
    stage.style.width = `${picture.naturalWidth * scale}px`;
    stage.style.height = `${picture.naturalHeight * scale}px`;
  }
  function open(title) {
    const found = data.exhibits.find((exhibit) => exhibit.title === title) || shown || data.exhibits[0];
    if (found === shown) return;
    const names = shown && [left.value, right.value];
    shown = found;
    byId("picture").value = found.title;
    byId("about").textContent = found.size;
    for (const choice of [left, right]) choice.replaceChildren(...found.panels.map((panel) => new Option(panel.name)));
    left.value = names ? names[0] : found.panels[Math.min(2, found.panels.length - 1)].name;
    right.value = names ? names[1] : found.panels[1].name;
    for (const choice of [left, right]) if (choice.selectedIndex < 0) choice.selectedIndex = 0;
    paint();
    stage.querySelector(".left").onload = zoom;
    const element = byId("picture-chart");
    element.replaceChildren();
    plotted = data.pictures[found.title];
    element.hidden = !plotted;
    if (plotted) draw(element, plotted);
  }
  const fromHash = () => open(decodeURIComponent(location.hash.slice(1)));
  const step = (by) => {
    const at = data.exhibits.indexOf(shown), count = data.exhibits.length;
    location.hash = encodeURIComponent(data.exhibits[(at + by + count) % count].title);
  };
  byId("picture").addEventListener("change", (event) => { location.hash = encodeURIComponent(event.target.value); });
  byId("previous").addEventListener("click", () => step(-1));
  byId("next").addEventListener("click", () => step(1));
  slider.addEventListener("input", slide);
  left.addEventListener("change", paint);
  right.addEventListener("change", paint);
  byId("zoom").addEventListener("change", zoom);
  byId("difference").addEventListener("change", (event) => stage.classList.toggle("difference", event.target.checked));
  stage.addEventListener("pointermove", (event) => {
    if (!event.buttons && event.pointerType !== "mouse") return;
    const box = stage.getBoundingClientRect();
    slider.value = (100 * (event.clientX - box.left)) / box.width;
    slide();
  });
  addEventListener("hashchange", fromHash);
  slide();
  fromHash();
})();
