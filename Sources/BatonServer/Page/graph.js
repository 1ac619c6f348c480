// The graph of a run on a canvas: only what is in sight is drawn, so 10,000 tasks cost no more than a hundred.

import { CanvasView, fitted } from "./canvas-view.js";
import { closedAtFirst, graphNodes, membersOf, summary } from "./graph-nodes.js";
import { button, h, put } from "./dom.js";
import { layered, size } from "./layout.js";
import { duration, plural } from "./format.js";
import { stateOf } from "./states.js";

const margin = 28;
const passingMax = 300;

export class GraphView {
  /// - Parameter onTask: called with a task's index when it is opened.
  constructor(model, onTask, signal) {
    Object.assign(this, { model, onTask });
    this.closed = closedAtFirst(model.tasks);
    this.scale = null;
    this.current = 0;
    this.groups = h("div", { class: "tools" });
    this.view = new CanvasView({
      label: "Graph of the tasks", hint: "Arrow keys move, Enter opens a task or a group.", signal,
      draw: (context, view) => this.#draw(context, view), onTap: (x, y) => this.#tap(x, y),
      onKey: (event) => this.#key(event), onZoom: (factor) => this.zoom(factor),
    });
    this.view.onResize = () => { if (this.isFitted) this.zoom(0); };
    this.view.tools.prepend(this.groups);
    this.element = this.view.element;
    this.#arrange();
  }

  /// - Parameter projection: of `project`; what is on its critical chain is drawn so.
  update(projection) {
    this.projection = projection;
    if (this.model.tasks.length !== this.count) this.#arrange();
    this.#markCritical();
    this.view.paint();
  }

  #arrange() {
    const { tasks } = this.model;
    const before = this.nodes?.[this.current];
    this.count = tasks.length;
    Object.assign(this, graphNodes(tasks, this.closed));
    this.layout = layered(this.nodes);
    const all = membersOf(tasks);
    put(this.groups, all.size ? [
      button("Close groups", () => this.#close(new Set(all.keys()))),
      button("Open groups", () => this.#close(new Set())),
    ] : null);
    this.current = before ? this.nodeOf[before.task?.index ?? before.members[0]] : 0;
    this.#markCritical();
    this.zoom(this.scale && !this.isFitted ? 1 : 0);
  }

  #markCritical() {
    this.critical = new Set(this.projection?.critical.map((index) => this.nodeOf[index]));
  }

  #close(closed) {
    this.closed = closed;
    this.#arrange();
    this.#go(this.current);
  }

  /// 0 fits the whole into sight, but never so small that nothing can be read.
  zoom(factor) {
    const { clientWidth, clientHeight } = this.view.box;
    this.isFitted = factor === 0;
    const fit = Math.min((clientWidth || 800) / (this.layout.width + 2 * margin),
      (clientHeight || 500) / (this.layout.height + 2 * margin));
    this.scale = Math.max(0.15, Math.min(2.5, factor ? this.scale * factor : Math.max(0.55, Math.min(1.1, fit))));
    const width = (this.layout.width + 2 * margin) * this.scale;
    const height = (this.layout.height + 2 * margin) * this.scale;
    this.shift = { x: Math.max(0, (clientWidth - width) / 2), y: Math.max(0, (clientHeight - height) / 2) };
    this.view.setSize(width, height);
  }

  #draw(context, { x, y, width, height, colors, font }) {
    const { layout, scale, nodes } = this;
    context.translate(this.shift.x - x, this.shift.y - y);
    context.scale(scale, scale);
    context.translate(margin, margin);
    const sight = { left: (x - this.shift.x) / scale - margin - size.width,
      top: (y - this.shift.y) / scale - margin - size.height };
    sight.right = sight.left + width / scale + 2 * size.width;
    sight.bottom = sight.top + height / scale + 2 * size.height;
    this.#edges(context, sight, colors);
    context.textBaseline = "middle";
    for (let place = 0; place < nodes.length; place += 1) {
      const [left, top] = [layout.x[place], layout.y[place]];
      if (left < sight.left || left > sight.right || top < sight.top || top > sight.bottom) continue;
      this.#node(context, place, left, top, colors, font);
    }
  }

  /// All edges between nodes in sight; of those that only pass by, so many that they still say something.
  #edges(context, sight, colors) {
    const { layout, nodes } = this;
    let passing = 0;
    for (let from = 0; from < nodes.length; from += 1) {
      const [x1, y1] = [layout.x[from] + size.width, layout.y[from] + size.height / 2];
      if (x1 > sight.right) continue;
      for (const to of nodes[from].children) {
        const [x2, y2] = [layout.x[to], layout.y[to] + size.height / 2];
        if (x2 < sight.left || Math.max(y1, y2) < sight.top || Math.min(y1, y2) > sight.bottom) continue;
        const isWhole = y1 > sight.top && y1 < sight.bottom && y2 > sight.top && y2 < sight.bottom;
        if (!isWhole && (passing += 1) > passingMax) continue;
        const isCritical = this.critical.has(from) && this.critical.has(to);
        context.strokeStyle = isCritical ? colors.critical : colors.edge;
        context.lineWidth = isCritical ? 2.5 : 1.2;
        const bend = Math.max(20, (x2 - x1) / 2);
        context.beginPath();
        context.moveTo(x1, y1);
        context.bezierCurveTo(x1 + bend, y1, x2 - bend, y2, x2, y2);
        context.stroke();
      }
    }
  }

  #node(context, place, left, top, colors, font) {
    const node = this.nodes[place];
    const found = node.members && summary(this.model.tasks, node.members);
    const state = stateOf(found ? found.state : node.task.state);
    const tone = colors[state.tone];
    if (node.members) {
      for (const offset of [6, 3]) box(context, left + offset, top + offset, colors.surface, colors.edge, 1);
    }
    const isCritical = this.critical.has(place);
    box(context, left, top, colors.raised,
      place === this.current ? colors.accent : isCritical ? colors.critical : colors.edge,
      place === this.current ? 3 : isCritical ? 2 : 1);
    context.fillStyle = tone;
    context.beginPath();
    context.roundRect(left + 7, top + 8, 24, 24, 7);
    context.fill();
    context.fillStyle = colors.ink;
    context.font = `600 13px ${font}`;
    context.textAlign = "center";
    context.fillText(state.sign, left + 19, top + 20.5);
    context.textAlign = "left";
    context.fillStyle = colors.text;
    context.font = `600 13px ${font}`;
    const name = node.members ? `${node.template} × ${node.members.length}` : node.task.name;
    context.fillText(fitted(context, name, size.width - 48), left + 39, top + 14);
    context.fillStyle = colors.muted;
    context.font = `11.5px ${font}`;
    context.fillText(fitted(context, found ? "" : this.#detail(node.task, state), size.width - 48), left + 39,
      top + 29);
    if (found) bar(context, left + 39, top + 26, size.width - 52, found, node.members.length, colors);
  }

  #detail(task, state) {
    const { start, end } = this.projection ?? {};
    if (start && task.started && end[task.index] >= start[task.index]) {
      const took = (task.ended ?? Date.now() / 1000) - task.started;
      return `${state.short} · ${duration(took)}`;
    }
    return state.short;
  }

  #tap(x, y) {
    const px = (x - this.shift.x) / this.scale - margin;
    const py = (y - this.shift.y) / this.scale - margin;
    const { layout } = this;
    const place = this.nodes.findIndex((_, each) => px >= layout.x[each] && px <= layout.x[each] + size.width
      && py >= layout.y[each] && py <= layout.y[each] + size.height);
    if (place < 0) return;
    this.current = place;
    this.#open();
  }

  #open() {
    const node = this.nodes[this.current];
    if (node.task) this.onTask(node.task.index);
    else {
      this.closed.delete(node.template);
      this.#arrange();
      this.#go(this.current);
    }
    this.view.paint();
  }

  #key(event) {
    const { layers } = this.layout;
    const column = layers.findIndex((each) => each.includes(this.current));
    const row = layers[column]?.indexOf(this.current) ?? 0;
    const node = this.nodes[this.current];
    switch (event.key) {
      case "ArrowDown": this.#go(layers[column][row + 1]); return true;
      case "ArrowUp": this.#go(layers[column][row - 1]); return true;
      case "ArrowRight": this.#go(node.children[0] ?? layers[column + 1]?.[0]); return true;
      case "ArrowLeft": this.#go(node.parents[0] ?? layers[column - 1]?.[0]); return true;
      case "Home": this.#go(layers[column][0]); return true;
      case "End": this.#go(layers[column].at(-1)); return true;
      case "Enter": this.#open(); return true;
      case "c":
        if (node.canClose && node.task) this.#close(new Set([...this.closed, node.template]));
        return true;
      default: return false;
    }
  }

  #go(place) {
    if (place === undefined) return;
    this.current = place;
    const { scale, shift, layout } = this;
    this.view.reveal((layout.x[place] + margin) * scale + shift.x, (layout.y[place] + margin) * scale + shift.y,
      size.width * scale, size.height * scale);
    const node = this.nodes[place];
    this.view.say(node.task ? `${node.task.name}, ${stateOf(node.task.state).word}`
      : `group ${node.template}, ${plural(node.members.length, "task")}, closed`);
    this.view.paint();
  }
}

function box(context, x, y, fill, stroke, width) {
  context.beginPath();
  context.roundRect(x, y, size.width, size.height, 10);
  context.fillStyle = fill;
  context.fill();
  context.strokeStyle = stroke;
  context.lineWidth = width;
  context.stroke();
}

/// The states of a group's members, as parts of a bar.
function bar(context, x, y, width, { counts, parts }, total, colors) {
  let left = x;
  for (const state of parts) {
    const part = Math.max(2, width * counts[state] / total);
    context.fillStyle = colors[stateOf(state).tone];
    context.fillRect(left, y, part, 5);
    left += part;
  }
}
