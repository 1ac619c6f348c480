// The timeline of a run on a canvas: for each task what was expected, and over it what came; drawn as far as in sight.

import { CanvasView, fitted } from "./canvas-view.js";
import { button, h, put } from "./dom.js";
import { duration } from "./format.js";
import { stateOf } from "./states.js";

const row = 26;
const head = 30;
const pad = 24;

export class GanttView {
  constructor(model, onTask, signal) {
    Object.assign(this, { model, onTask });
    this.factor = 1;
    this.current = -1;
    this.onlyCritical = false;
    this.rows = [];
    this.view = new CanvasView({
      label: "Timeline of the tasks", hint: "Arrow keys move, Enter opens a task.", signal,
      draw: (context, view) => this.#draw(context, view), onTap: (x, y) => this.#tap(y),
      onKey: (event) => this.#key(event), onZoom: (factor) => this.zoom(factor),
    });
    this.view.onResize = () => this.#resize();
    const critical = button("Critical path only", () => {
      this.onlyCritical = !this.onlyCritical;
      critical.setAttribute("aria-pressed", String(this.onlyCritical));
      this.update(this.projection);
    }, { "aria-pressed": "false" });
    this.view.tools.prepend(critical);
    this.element = this.view.element;
    put(this.legend = h("p", { class: "legend" }),
      h("span", { class: "swatch actual" }), "measured", h("span", { class: "swatch planned" }), "expected",
      h("span", { class: "swatch critical" }), "on the critical path");
    this.element.append(this.legend);
  }

  update(projection) {
    this.projection = projection;
    const { start } = projection;
    const critical = new Set(projection.critical);
    this.critical = critical;
    this.rows = this.model.tasks
      .filter((task) => (task.started || projection.isProjected[task.index])
        && (!this.onlyCritical || critical.has(task.index)))
      .map((task) => task.index)
      .sort((a, b) => start[a] - start[b] || a - b);
    this.begin = this.rows.length ? start[this.rows[0]] : 0;
    this.length = Math.max(0.001, projection.finish - this.begin) * 1.02;
    this.#resize();
  }

  zoom(factor) {
    this.factor = factor ? Math.max(1, Math.min(400, this.factor * factor)) : 1;
    this.#resize();
  }

  #resize() {
    const { clientWidth } = this.view.box;
    this.labels = Math.max(90, Math.min(220, clientWidth * 0.28));
    this.chart = Math.max(60, clientWidth - this.labels - pad) * this.factor;
    this.view.setSize(this.labels + this.chart + pad - 2, head + this.rows.length * row + 8);
  }

  #x(time) { return this.labels + (time - this.begin) / this.length * this.chart; }

  #draw(context, { x, y, width, height, colors, font }) {
    const { start, end, expected, isProjected } = this.projection;
    context.textBaseline = "middle";
    this.#grid(context, x, width, height, colors, font);
    const first = Math.max(0, Math.floor((y - head) / row));
    const last = Math.min(this.rows.length - 1, Math.ceil((y + height - head) / row));
    const now = Date.now() / 1000;
    context.save();
    context.beginPath();
    context.rect(this.labels, head, width, height);
    context.clip();
    for (let place = first; place <= last; place += 1) {
      const index = this.rows[place];
      const top = head + place * row - y;
      const task = this.model.tasks[index];
      const left = this.#x(start[index]) - x;
      if (!Number.isNaN(expected[index]) || isProjected[index]) {
        const planned = Number.isNaN(expected[index]) ? end[index] - start[index] : expected[index];
        planBar(context, left, top, Math.max(3, planned / this.length * this.chart), colors);
      }
      if (task.started) {
        const right = this.#x(task.ended ?? Math.min(now, Math.max(now, task.started))) - x;
        actualBar(context, left, top, Math.max(3, right - left), colors[stateOf(task.state).tone],
          this.critical.has(index), colors);
      }
    }
    if (!this.model.isEnded) this.#now(context, this.#x(now) - x, height, colors);
    context.restore();
    for (let place = first; place <= last; place += 1) this.#label(context, place, head + place * row - y, colors,
      font);
    context.clearRect(0, 0, width, head);
    context.fillStyle = colors.surface;
    context.fillRect(0, 0, width, head);
    this.#ticks(context, x, width, colors, font);
  }

  #label(context, place, top, colors, font) {
    const task = this.model.tasks[this.rows[place]];
    const isCritical = this.critical.has(task.index);
    context.fillStyle = place === this.current ? colors.accent : colors.surface;
    context.fillRect(0, top, place === this.current ? 3 : 0, row);
    context.font = `${isCritical ? 650 : 400} 12.5px ${font}`;
    context.fillStyle = colors[stateOf(task.state).tone];
    context.fillText(stateOf(task.state).sign, 8, top + row / 2);
    context.fillStyle = colors.text;
    context.fillText(fitted(context, task.name, this.labels - 34), 26, top + row / 2);
  }

  #steps(width) {
    const wanted = this.length / this.chart * 90;
    const sizes = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900,
      1800, 3600, 7200, 14400, 43200, 86400];
    return sizes.find((each) => each >= wanted) ?? 86400 * Math.ceil(wanted / 86400);
  }

  #eachTick(x, width, body) {
    const step = this.#steps();
    const from = Math.max(0, Math.floor((x - this.labels) / this.chart * this.length / step));
    for (let tick = from; tick * step <= this.length; tick += 1) {
      const at = this.labels + tick * step / this.length * this.chart - x;
      if (at > width) return;
      if (at >= this.labels - 1) body(at, tick * step);
    }
  }

  #grid(context, x, width, height, colors) {
    context.strokeStyle = colors.line;
    context.lineWidth = 1;
    context.beginPath();
    this.#eachTick(x, width, (at) => {
      context.moveTo(at, head);
      context.lineTo(at, height);
    });
    context.stroke();
  }

  #ticks(context, x, width, colors, font) {
    context.fillStyle = colors.muted;
    context.font = `11.5px ${font}`;
    this.#eachTick(x, width, (at, time) => context.fillText(time ? duration(time) : "0", at + 4, head / 2));
    context.fillStyle = colors.line;
    context.fillRect(0, head - 1, width, 1);
  }

  #now(context, at, height, colors) {
    context.strokeStyle = colors.accent;
    context.setLineDash([3, 3]);
    context.beginPath();
    context.moveTo(at, head);
    context.lineTo(at, height);
    context.stroke();
    context.setLineDash([]);
  }

  #tap(y) {
    const place = Math.floor((y - head) / row);
    if (!(place in this.rows)) return;
    this.current = place;
    this.view.paint();
    this.onTask(this.rows[place]);
  }

  #key(event) {
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: 20, PageUp: -20, Home: -Infinity, End: Infinity };
    if (event.key === "Enter" && this.current in this.rows) {
      this.onTask(this.rows[this.current]);
      return true;
    }
    if (!(event.key in steps) || !this.rows.length) return false;
    this.current = Math.max(0, Math.min(this.rows.length - 1, this.current + steps[event.key]));
    const task = this.model.tasks[this.rows[this.current]];
    const { start, end } = this.projection;
    this.view.reveal(this.view.box.scrollLeft, this.current * row, 1, row + head);
    this.view.say(`${task.name}, ${stateOf(task.state).word}, ${duration(end[task.index] - start[task.index])}`);
    this.view.paint();
    return true;
  }
}

function planBar(context, left, top, width, colors) {
  context.beginPath();
  context.roundRect(left, top + 3, width, row - 7, 4);
  context.setLineDash([3, 2]);
  context.strokeStyle = colors.muted;
  context.lineWidth = 1;
  context.stroke();
  context.setLineDash([]);
}

function actualBar(context, left, top, width, tone, isCritical, colors) {
  context.beginPath();
  context.roundRect(left, top + 7, width, row - 15, 3);
  context.fillStyle = tone;
  context.fill();
  if (!isCritical) return;
  context.strokeStyle = colors.critical;
  context.lineWidth = 2;
  context.stroke();
}
