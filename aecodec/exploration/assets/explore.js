"use strict";
// Draws the map of thumbnails and tells about the sample that is pointed at.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const byId = (id) => document.getElementById(id);
  const canvas = byId("map"), detail = byId("detail"), size = byId("size"), chosen = byId("class"), method = byId("method");
  const palette = ["#0b6bcb", "#d1490b", "#2e7d32", "#7b3fc4", "#a87900", "#00838f", "#c2185b", "#6d4c41", "#555555", "#558b2f"];
  const classes = [...new Set(data.labels || [])].sort();
  const colour = (index) => (data.labels ? palette[classes.indexOf(data.labels[index]) % palette.length] : null);
  const { columns, width, height } = data.sheet;
  const sheet = new Image();
  let active = 0;

  const place = (index) => {
    const [x, y] = data.maps[method.selectedIndex].places[index];
    const room = 0.03 * canvas.width;
    return [room + x * (canvas.width - 2 * room), canvas.height - room - y * (canvas.height - 2 * room)];
  };
  const shown = (index) => !chosen || !chosen.value || data.labels[index] === chosen.value;

  function draw() {
    const side = canvas.clientWidth * devicePixelRatio;
    if (canvas.width !== side) canvas.width = canvas.height = side;
    const context = canvas.getContext("2d");
    context.clearRect(0, 0, side, side);
    const large = size.value * devicePixelRatio, wide = (large * width) / height;
    const paint = (index) => {
      const [x, y] = place(index);
      context.drawImage(sheet, (index % columns) * width, Math.floor(index / columns) * height, width, height,
        x - wide / 2, y - large / 2, wide, large);
      if (colour(index)) {
        context.fillStyle = colour(index);
        context.fillRect(x - wide / 2, y + large / 2, wide, Math.max(2, large / 8));
      }
    };
    data.names.forEach((name, index) => shown(index) && paint(index));
    paint(active);
    const [x, y] = place(active);
    context.strokeStyle = "#d1490b";
    context.lineWidth = 2 * devicePixelRatio;
    context.strokeRect(x - wide / 2 - 2, y - large / 2 - 2, wide + 4, large + 4);
  }

  function cell(index, back, scale) {
    const element = document.createElement("span");
    element.style.cssText = `width:${width * scale}px;height:${height * scale}px;` +
      `background-image:url(${data.sheets[back ? 1 : 0]});background-size:${columns * width * scale}px auto;` +
      `background-position:${-(index % columns) * width * scale}px ${-Math.floor(index / columns) * height * scale}px`;
    element.title = data.names[index];
    return element;
  }

  function row(title, cells) {
    const heading = document.createElement("div");
    heading.textContent = title;
    const box = document.createElement("div");
    box.className = "cells";
    box.append(...cells);
    detail.append(heading, box);
  }

  function tell(index) {
    active = index;
    detail.replaceChildren();
    const name = document.createElement("b");
    name.textContent = data.names[index];
    detail.append(name);
    const scale = 96 / height, small = 48 / height;
    const label = data.labels ? `class ${data.labels[index]}, ` : "";
    row(`${label}error ${data.errors[index]}; as it is, and as it comes back`, [cell(index, false, scale), cell(index, true, scale)]);
    row("nearest neighbours", data.neighbours[index].map((other) => cell(other, false, small)));
    draw();
  }

  function nearest(x, y) {
    let best = active, least = Infinity;
    data.names.forEach((name, index) => {
      if (!shown(index)) return;
      const [a, b] = place(index), far = (a - x) ** 2 + (b - y) ** 2;
      if (far < least) [best, least] = [index, far];
    });
    return best;
  }

  canvas.addEventListener("pointermove", (event) => {
    const found = nearest(event.offsetX * devicePixelRatio, event.offsetY * devicePixelRatio);
    if (found !== active) tell(found);
  });
  canvas.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    tell((active + step + data.names.length) % data.names.length);
  });
  [size, method, chosen].forEach((control) => control && control.addEventListener("input", draw));
  addEventListener("resize", draw);
  classes.forEach((name, index) => {
    const entry = document.createElement("span"), box = document.createElement("i");
    box.style.background = palette[index % palette.length];
    entry.append(box, name || "(none)");
    byId("legend").append(entry);
  });
  sheet.onload = () => tell(0);
  sheet.src = data.sheets[0];
})();
