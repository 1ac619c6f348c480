// A canvas in a box that scrolls: the box has the size of the whole picture, the canvas only that of what is in sight.

import { button, h, put } from "./dom.js";
import { color, onThemeChange } from "./theme.js";

const names = ["surface", "text", "muted", "line", "edge", "accent", "raised", "blocked", "ready", "running", "backing",
  "succeeded",
  "failed", "skipped", "cancelled", "critical", "ink"];

export class CanvasView {
  /// - `draw(context, view)` paints what is in sight: `view` has `x`, `y`, `width`, `height` and `colors`.
  /// - `onTap(x, y)` in the picture's coordinates; `onKey(event)` returns true when it was one.
  constructor({ label, hint, draw, onTap, onKey, onZoom, signal }) {
    Object.assign(this, { draw, onTap, onKey });
    this.canvas = h("canvas", { "aria-hidden": "true" });
    this.space = h("div", { class: "canvas-space" }, this.canvas);
    this.box = h("div", {
      class: "canvas-box", tabindex: "0", role: "group", "aria-roledescription": "diagram",
      "aria-label": `${label}. ${hint}`,
      onscroll: () => this.paint(), onkeydown: (event) => this.#press(event, onZoom),
      onwheel: (event) => {
        if (!event.ctrlKey || !onZoom) return;
        event.preventDefault();
        onZoom(event.deltaY < 0 ? 1.15 : 1 / 1.15);
      },
    }, this.space);
    this.spoken = h("p", { class: "unseen", role: "status", "aria-live": "polite" });
    this.tools = h("div", { class: "tools" }, onZoom ? [
      button("−", () => onZoom(1 / 1.3), { "aria-label": "Smaller" }),
      button("+", () => onZoom(1.3), { "aria-label": "Larger" }),
      button("Fit", () => onZoom(0)),
    ] : null);
    this.element = h("div", { class: "canvas-view" }, this.tools, this.box, this.spoken);
    this.canvas.addEventListener("click", (event) => {
      const frame = this.canvas.getBoundingClientRect();
      this.onTap?.(event.clientX - frame.left + this.box.scrollLeft, event.clientY - frame.top + this.box.scrollTop);
    });
    this.#drag();
    this.readColors();
    onThemeChange(() => { this.readColors(); this.paint(); }, signal);
    const observer = new ResizeObserver(() => {
      this.onResize?.();
      this.paint();
    });
    observer.observe(this.box);
    signal.addEventListener("abort", () => observer.disconnect());
  }

  readColors() {
    this.colors = Object.fromEntries(names.map((name) => [name, color(name)]));
    this.font = getComputedStyle(document.body).fontFamily;
  }

  setSize(width, height) {
    this.space.style.width = `${Math.max(1, width)}px`;
    this.space.style.height = `${Math.max(1, height)}px`;
    this.paint();
  }

  /// Draws in the next frame; however often it is asked for, once.
  paint() {
    if (this.isWaiting) return;
    this.isWaiting = true;
    requestAnimationFrame(() => {
      this.isWaiting = false;
      this.#paintNow();
    });
  }

  #paintNow() {
    const { clientWidth: width, clientHeight: height, scrollLeft: x, scrollTop: y } = this.box;
    if (!width || !height) return;
    const scale = devicePixelRatio || 1;
    if (this.canvas.width !== Math.round(width * scale) || this.canvas.height !== Math.round(height * scale)) {
      this.canvas.width = Math.round(width * scale);
      this.canvas.height = Math.round(height * scale);
      this.canvas.style.width = `${width}px`;
      this.canvas.style.height = `${height}px`;
    }
    const context = this.canvas.getContext("2d");
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, width, height);
    this.draw(context, { x, y, width, height, colors: this.colors, font: this.font });
  }

  /// Brings a place into sight.
  reveal(x, y, width, height) {
    const { box } = this;
    const margin = 24;
    if (x < box.scrollLeft) box.scrollLeft = x - margin;
    else if (x + width > box.scrollLeft + box.clientWidth) box.scrollLeft = x + width + margin - box.clientWidth;
    if (y < box.scrollTop) box.scrollTop = y - margin;
    else if (y + height > box.scrollTop + box.clientHeight) box.scrollTop = y + height + margin - box.clientHeight;
  }

  say(text) { put(this.spoken, text); }

  #press(event, onZoom) {
    const zooms = { "+": 1.3, "=": 1.3, "-": 1 / 1.3, 0: 0 };
    if (event.key in zooms && onZoom) onZoom(zooms[event.key]);
    else if (!this.onKey?.(event)) return;
    event.preventDefault();
  }

  /// Moving the picture with a mouse; fingers scroll it anyway.
  #drag() {
    let from = null;
    this.canvas.addEventListener("pointerdown", (event) => {
      if (event.pointerType === "mouse" && event.button === 0) {
        from = [event.clientX, event.clientY, this.box.scrollLeft, this.box.scrollTop];
      }
    });
    this.canvas.addEventListener("pointermove", (event) => {
      if (!from || !event.buttons) return;
      this.box.scrollLeft = from[2] - (event.clientX - from[0]);
      this.box.scrollTop = from[3] - (event.clientY - from[1]);
    });
    this.canvas.addEventListener("pointerup", () => { from = null; });
  }
}

/// A text cut so that it fits, with an ellipsis.
export function fitted(context, text, width) {
  if (context.measureText(text).width <= width) return text;
  let [low, high] = [0, text.length];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (context.measureText(`${text.slice(0, middle)}…`).width <= width) low = middle;
    else high = middle - 1;
  }
  return `${text.slice(0, low)}…`;
}
