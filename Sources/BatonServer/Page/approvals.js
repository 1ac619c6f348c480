// What the tasks of a run ask a person before they start, and the buttons to answer.

import { may, post } from "./api.js";
import { button, h, put } from "./dom.js";
import { ago, timeAttributes } from "./format.js";
import { attempt } from "./shell.js";

/// So many are shown at once; when they are answered the next ones come.
const most = 20;

/// - Returns: `element`, and `update()` to be called when the run has changed.
export function approvals(model) {
  const element = h("div", { class: "approvals", role: "status" });
  /// By what asks since when: a card stays as it is while somebody writes a comment.
  let cards = new Map();

  function update() {
    const asking = model.tasks.filter((task) => task.state === "awaiting_approval");
    const next = new Map(asking.slice(0, most).map((task) => {
      const key = `${task.index} ${task.since}`;
      return [key, cards.get(key) ?? card(model, task)];
    }));
    const isSame = next.size === cards.size && [...next.keys()].every((key) => cards.has(key));
    cards = next;
    if (!isSame) put(element, [...cards.values()]);
  }
  update();
  return { element, update };
}

function card(model, task) {
  const since = new Date(task.since * 1000).toISOString();
  const head = [h("h2", {}, `${task.name} asks for approval`), h("p", { class: "question" }, task.question),
    h("time", { class: "hint", ...timeAttributes(since) }, `asked ${ago(since)}`)];
  if (!may("operator")) return h("section", { class: "card ask" }, head);
  const comment = h("input", { type: "text", maxlength: 500, placeholder: "comment",
    "aria-label": `Comment for ${task.name}` });
  const answer = (decision, past) => async (event) => {
    const body = { decision, comment: comment.value.trim() || null };
    const work = () => post(`${model.path}/tasks/${task.index}/review`, body);
    if (await attempt(event.target, work, `${task.name} is ${past}`)) model.readRun();
    model.catchUp();
  };
  return h("section", { class: "card ask" }, head, h("div", { class: "tools" }, comment,
    button("Approve", answer("approve", "approved"), { class: "button primary", "aria-label": `Approve ${task.name}` }),
    button("Reject", answer("reject", "rejected"), { class: "button danger", "aria-label": `Reject ${task.name}` })));
}
