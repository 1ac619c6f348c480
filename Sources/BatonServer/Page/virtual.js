// A list of any length that only has the rows in sight as elements; arrow keys move in it, Enter opens.

import { freshID, h } from "./dom.js";

const spare = 6;

export class VirtualList {
  /// - `row(item, index)` makes what a row shows; `href(item)`, if any, where it leads.
  /// - `onOpen(item, index)` is called on click and Enter; `onEnd()` when the end comes into sight.
  constructor({ label, row, href, onOpen, onEnd, kind = "" }) {
    Object.assign(this, { row, href, onOpen, onEnd });
    this.items = [];
    this.current = -1;
    this.stem = freshID("list");
    this.rows = new Map();
    this.space = h("div", { class: "space", role: "presentation" });
    this.element = h("div", {
      class: `virtual ${kind}`, role: "listbox", tabindex: "0", "aria-label": label,
      onscroll: () => this.#draw(), onkeydown: (event) => this.#press(event),
      onfocus: () => { if (this.current < 0 && this.items.length) this.select(0); },
    }, this.space);
    this.observer = new ResizeObserver(() => this.refresh());
    this.observer.observe(this.element);
  }

  setItems(items) {
    this.items = items;
    this.current = Math.min(this.current, items.length - 1);
    this.refresh();
  }

  /// Makes the rows in sight anew.
  refresh() {
    this.height = parseFloat(getComputedStyle(this.element).getPropertyValue("--row")) || 44;
    this.space.style.height = `${this.items.length * this.height}px`;
    for (const row of this.rows.values()) row.remove();
    this.rows.clear();
    this.#draw();
  }

  /// Makes the row in sight of one item anew.
  update(index) {
    const old = this.rows.get(index);
    if (!old) return;
    const fresh = this.#make(index);
    old.replaceWith(fresh);
    this.rows.set(index, fresh);
  }

  select(index, { reveals = true } = {}) {
    const before = this.current;
    this.current = Math.max(-1, Math.min(this.items.length - 1, index));
    for (const each of [before, this.current]) {
      this.rows.get(each)?.setAttribute("aria-selected", String(each === this.current));
    }
    if (this.current < 0) return;
    if (reveals) {
      const top = this.current * this.height;
      const { scrollTop, clientHeight } = this.element;
      if (top < scrollTop) this.element.scrollTop = top;
      else if (top + this.height > scrollTop + clientHeight) this.element.scrollTop = top + this.height - clientHeight;
      this.#draw();
    }
    this.element.setAttribute("aria-activedescendant", `${this.stem}-${this.current}`);
  }

  #draw() {
    const first = Math.max(0, Math.floor(this.element.scrollTop / this.height) - spare);
    const last = Math.min(this.items.length - 1,
      Math.ceil((this.element.scrollTop + this.element.clientHeight) / this.height) + spare);
    for (const [index, row] of this.rows) {
      if (index >= first && index <= last) continue;
      row.remove();
      this.rows.delete(index);
    }
    for (let index = first; index <= last; index += 1) {
      if (this.rows.has(index)) continue;
      const row = this.#make(index);
      this.rows.set(index, row);
      this.space.append(row);
    }
    if (this.onEnd && last >= this.items.length - 2 && this.items.length) this.onEnd();
  }

  #make(index) {
    const item = this.items[index];
    const href = this.href?.(item);
    const row = h(href ? "a" : "div", {
      class: "row", role: "option", id: `${this.stem}-${index}`, href, tabindex: href ? "-1" : null,
      "aria-selected": String(index === this.current), "aria-posinset": index + 1, "aria-setsize": this.items.length,
      onclick: (event) => {
        this.select(index, { reveals: false });
        if (href && (event.ctrlKey || event.metaKey || event.shiftKey)) return;
        event.preventDefault();
        this.onOpen?.(item, index);
      },
    }, this.row(item, index));
    row.style.transform = `translateY(${index * this.height}px)`;
    return row;
  }

  #press(event) {
    const page = Math.max(1, Math.floor(this.element.clientHeight / this.height) - 1);
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity };
    if (event.key in steps) {
      this.select(Math.max(0, Math.min(this.items.length - 1, this.current + steps[event.key])));
    } else if (event.key === "Enter" && this.current >= 0) {
      this.onOpen?.(this.items[this.current], this.current);
    } else {
      return;
    }
    event.preventDefault();
  }
}
