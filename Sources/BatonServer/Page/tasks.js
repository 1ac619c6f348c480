// The tasks of a run as a list: filtered by name and state, only the rows in sight as elements.

import { h, put, select } from "./dom.js";
import { duration, failure, number, plural } from "./format.js";
import { order, pill, stateOf } from "./states.js";
import { debounced } from "./timing.js";
import { VirtualList } from "./virtual.js";

export class TaskList {
  constructor(model, onTask) {
    this.model = model;
    this.state = "";
    this.text = "";
    this.note = h("span", { class: "hint", role: "status" });
    this.list = new VirtualList({ label: "Tasks", kind: "tasks", row: (task) => this.#row(task),
      onOpen: (task) => onTask(task.index) });
    const search = h("input", { type: "search", placeholder: "name", "aria-label": "Search tasks" });
    search.addEventListener("input", debounced(() => {
      this.text = search.value.toLowerCase();
      this.update(this.projection);
    }, 100));
    const states = select([["", "every state"], ...order.map((each) => [each, stateOf(each).short])], "", (value) => {
      this.state = value;
      this.update(this.projection);
    });
    states.setAttribute("aria-label", "State");
    this.element = h("div", { class: "fills" }, h("div", { class: "filters" }, states, search, this.note),
      h("div", { class: "columns tasks", "aria-hidden": "true" },
        ["Task", "State", "Expected", "Took", "Tries"].map((each) => h("span", {}, each))),
      this.list.element);
  }

  update(projection) {
    this.projection = projection;
    const all = this.model.tasks.filter((task) => !task.isGroup);
    const found = all.filter((task) => (!this.state || task.state === this.state)
      && (!this.text || task.name.toLowerCase().includes(this.text)));
    put(this.note, found.length === all.length ? plural(all.length, "task")
      : `${number(found.length)} of ${plural(all.length, "task")}`);
    this.list.setItems(found);
  }

  #row(task) {
    const expected = this.projection?.expected[task.index];
    const took = task.started ? (task.ended ?? Date.now() / 1000) - task.started : null;
    return [h("span", { class: "name" }, h("strong", {}, task.name),
      task.failure ? h("span", { class: "wrong" }, failure(task.failure)) : null),
      h("span", { class: "status" }, pill(task.state)), h("span", { class: "expected" }, duration(expected)),
      h("span", { class: "took" }, duration(took)), h("span", { class: "tries" }, task.attempts || "")];
  }
}
