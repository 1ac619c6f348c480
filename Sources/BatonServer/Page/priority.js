// How soon a run's turn comes among others: shown on a button, changed in a dialog.

import { send } from "./api.js";
import { button, field, h } from "./dom.js";
import { attempt, dialog } from "./shell.js";

/// The highest of its tasks' that have not ended; the engine, too, compares runs by their highest.
export function priorityOf(model) {
  const waiting = model.tasks.filter((task) => !["succeeded", "failed", "skipped", "cancelled"].includes(task.state));
  return Math.max(0, ...(waiting.length ? waiting : model.tasks).map((task) => task.priority));
}

export function priorityButton(model) {
  const now = priorityOf(model);
  return button(`Priority ${now}`, (event) => {
    const control = event.target;
    const number = h("input", { type: "number", min: 0, max: 100, step: 1, value: now, required: true });
    dialog("Priority of this run", (close) => {
      const set = async (event) => {
        event.preventDefault();
        const priority = Number(number.value);
        if (await attempt(control, () => send("PUT", `${model.path}/priority`, { priority }),
          `The run's priority is ${priority}`)) {
          close();
          model.catchUp();
        }
      };
      return h("form", { onsubmit: set },
        field("Priority", number, "0 to 100, of all its tasks; those with more go first. What runs already goes on."),
        h("div", { class: "buttons" }, button("Leave it", () => close()),
          h("button", { type: "submit", class: "button primary" }, "Set")));
    }, "small");
  });
}
