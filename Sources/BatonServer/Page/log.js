// A log to read: lines in sight only, colours, search, and following what is still written.

import { classOf, parse, plain, stripped } from "./ansi.js";
import { button, h, put, select } from "./dom.js";
import { bytes, percent } from "./format.js";
import { LogSource, windowBytes } from "./log-source.js";
import { failed, loading } from "./shell.js";
import { debounced, pause } from "./timing.js";

const lineHeight = 19;
const longestLine = 4000;

/// - Parameter attempts: numbers, the latest last.
export function logView(run, task, attempts, outer) {
  const frame = h("div", { class: "log" });
  let chosen = { attempt: attempts.at(-1), stream: "stdout" };
  let controller = null;
  const place = h("div");
  const open = () => {
    controller?.abort();
    controller = new AbortController();
    const signal = AbortSignal.any([outer, controller.signal]);
    show(place, new LogSource(run, task, chosen.attempt, chosen.stream, signal), signal);
  };
  const choose = (key) => (value) => {
    chosen = { ...chosen, [key]: value };
    open();
  };
  const stream = select([["stdout", "standard output"], ["stderr", "standard error"]], "stdout", choose("stream"));
  stream.setAttribute("aria-label", "Which output");
  const attempt = select(attempts.map((each) => [each, `attempt ${each}`]), chosen.attempt, choose("attempt"));
  attempt.setAttribute("aria-label", "Which attempt");
  const larger = button("Larger", () => {
    const isLarge = frame.classList.toggle("large");
    larger.setAttribute("aria-pressed", String(isLarge));
  }, { "aria-pressed": "false" });
  put(frame, h("div", { class: "tools" }, stream, attempts.length > 1 ? attempt : null, larger), place);
  open();
  return frame;
}

async function show(place, source, signal) {
  put(place, loading("Reading the log"));
  try {
    await source.jump(-1);
  } catch (problem) {
    if (!signal.aborted) put(place, failed(problem, () => show(place, source, signal)));
    return;
  }
  const reader = new LogReader(source, signal);
  put(place, reader.element);
  reader.start();
}

class LogReader {
  constructor(source, signal) {
    Object.assign(this, { source, signal });
    this.lines = [];
    this.follows = true;
    this.wanted = "";
    this.space = h("div", { class: "log-space" });
    this.box = h("div", { class: "log-box", tabindex: "0", role: "region", "aria-label": "Log",
      onscroll: () => this.#scrolled() }, this.space);
    this.note = h("span", { class: "hint", role: "status" });
    this.search = h("input", { type: "search", placeholder: "Search", "aria-label": "Search the log" });
    this.search.addEventListener("input", debounced(() => this.#mark(), 150));
    this.search.addEventListener("keydown",
      (event) => { if (event.key === "Enter") this.#next(event.shiftKey ? -1 : 1); });
    this.followBox = h("input", { type: "checkbox", checked: true, onchange: () => {
      this.follows = this.followBox.checked;
      if (this.follows) this.#toEnd();
    } });
    this.element = h("div", {},
      h("div", { class: "tools" }, this.search, button("Next", () => this.#next(1), { "aria-label": "Next match" }),
        button("Start", () => this.#jump(0), { "aria-label": "Start of the log" }),
        button("End", () => this.#toEnd(), { "aria-label": "End of the log" }),
        h("label", { class: "check" }, this.followBox, "Follow")),
      this.box, this.note);
    const observer = new ResizeObserver(() => this.#draw());
    observer.observe(this.box);
    signal.addEventListener("abort", () => observer.disconnect());
  }

  start() {
    this.#take();
    this.box.scrollTop = this.box.scrollHeight;
    this.#followOn();
  }

  /// Reads on while the attempt writes and somebody looks.
  async #followOn() {
    while (!this.signal.aborted) {
      if (this.follows && !(this.source.isComplete && this.source.end >= this.source.size)) {
        const more = await this.#quietly(() => this.source.further());
        if (more) {
          this.#take();
          if (this.follows) this.box.scrollTop = this.box.scrollHeight;
          continue;
        }
      }
      if (this.source.isComplete && this.source.end >= this.source.size) return;
      await pause(1000, this.signal);
    }
  }

  async #quietly(work) {
    try {
      return await work();
    } catch (problem) {
      if (!this.signal.aborted) put(this.note, problem.message);
      return null;
    }
  }

  #take() {
    this.lines = this.source.lines();
    this.styles = null;
    this.space.style.height = `${this.lines.length * lineHeight}px`;
    const { start, end, size, isComplete } = this.source;
    this.box.hidden = size === 0;
    put(this.note, size === 0 ? (isComplete ? "Nothing was printed." : "Nothing was printed yet.")
      : start > 0 || end < size ? `${bytes(end - start)} of ${bytes(size)} are here, from ${percent(start / size)} on; scroll or search for the rest`
      : bytes(size));
    this.#mark();
  }

  /// The styles in which lines begin; colours go on from line to line.
  #styleAt(index) {
    this.styles ??= [plain];
    for (let line = this.styles.length; line <= index; line += 1) {
      const text = this.lines[line - 1];
      const before = this.styles[line - 1];
      this.styles.push(text.includes("\x1b") ? parse(text, before).style : before);
    }
    return this.styles[index];
  }

  #draw() {
    const first = Math.max(0, Math.floor(this.box.scrollTop / lineHeight) - 10);
    const last = Math.min(this.lines.length - 1,
      Math.ceil((this.box.scrollTop + this.box.clientHeight) / lineHeight) + 10);
    const rows = [];
    for (let index = first; index <= last; index += 1) {
      const row = h("div", { class: `line ${index === this.match ? "match" : ""}` },
        this.#parts(this.lines[index], this.#styleAt(index)));
      row.style.transform = `translateY(${index * lineHeight}px)`;
      rows.push(row);
    }
    put(this.space, rows);
  }

  #parts(line, style) {
    const cut = line.length > longestLine
      ? `${line.slice(0, longestLine)} … (${line.length - longestLine} more characters)` : line;
    return parse(cut, style).parts.map(({ text, style: each }) =>
      h("span", { class: classOf(each) }, this.#highlighted(text)));
  }

  #highlighted(text) {
    if (!this.wanted) return text;
    const pieces = [];
    const lower = text.toLowerCase();
    let last = 0;
    for (let at = lower.indexOf(this.wanted); at >= 0; at = lower.indexOf(this.wanted, last)) {
      pieces.push(text.slice(last, at), h("mark", {}, text.slice(at, at + this.wanted.length)));
      last = at + this.wanted.length;
    }
    return [...pieces, text.slice(last)];
  }

  #mark() {
    this.wanted = this.search.value.toLowerCase();
    this.match = undefined;
    this.#draw();
  }

  /// The next line with the text: first in what is here, then in the rest of the file.
  async #next(step) {
    if (!this.wanted) return;
    const count = this.lines.length;
    const from = this.match ?? (step > 0 ? Math.floor(this.box.scrollTop / lineHeight) - 1 : count);
    for (let index = from + step; index >= 0 && index < count; index += step) {
      if (stripped(this.lines[index]).toLowerCase().includes(this.wanted)) return this.#show(index);
    }
    if (step > 0) await this.#searchOn();
  }

  async #searchOn() {
    this.#stopFollowing();
    const { source } = this;
    const text = this.wanted;
    const progress = (done) => put(this.note, `searching: ${percent(done)}`);
    const found = await this.#quietly(async () => {
      const after = source.end < source.size ? await source.find(text, source.end, progress) : null;
      return after ?? (source.start > 0 || this.match !== undefined ? source.find(text, 0, progress) : null);
    });
    if (this.signal.aborted) return;
    if (found === null || found === undefined) {
      put(this.note, `“${text}” is not in this log`);
      return;
    }
    await this.#quietly(() => source.jump(Math.max(0, found - windowBytes / 8)));
    this.#take();
    const index = this.lines.findIndex((line) => stripped(line).toLowerCase().includes(text));
    if (index >= 0) this.#show(index);
  }

  #show(index) {
    this.#stopFollowing();
    this.match = index;
    this.box.scrollTop = Math.max(0, index * lineHeight - this.box.clientHeight / 2);
    this.#draw();
    put(this.note, `line ${index + 1} of what is here`);
  }

  #stopFollowing() {
    this.follows = this.followBox.checked = false;
  }

  async #jump(place) {
    this.#stopFollowing();
    await this.#quietly(() => this.source.jump(place));
    this.#take();
    this.box.scrollTop = 0;
  }

  async #toEnd() {
    if (this.source.end < this.source.size) await this.#quietly(() => this.source.jump(-1));
    this.#take();
    this.box.scrollTop = this.box.scrollHeight;
  }

  async #scrolled() {
    const { box } = this;
    const isAtEnd = box.scrollTop + box.clientHeight > box.scrollHeight - 4 * lineHeight;
    if (!isAtEnd && this.follows && !this.source.isComplete
      && box.scrollTop < (this.lastTop ?? 0)) this.#stopFollowing();
    this.lastTop = box.scrollTop;
    this.#draw();
    if (this.isBusy) return;
    this.isBusy = true;
    if (box.scrollTop < 20 * lineHeight && this.source.start > 0) {
      const before = this.lines.length;
      if (await this.#quietly(() => this.source.before())) {
        this.#take();
        box.scrollTop += (this.lines.length - before) * lineHeight;
      }
    } else if (isAtEnd && this.source.end < this.source.size) {
      const { start } = this.source;
      const first = this.lines.length;
      if (await this.#quietly(() => this.source.further())) {
        this.#take();
        // What was dropped at the beginning moves the rest up.
        if (this.source.start > start) box.scrollTop -= Math.max(0, first - this.lines.length) * lineHeight;
      }
    }
    this.isBusy = false;
  }
}
