// Keys that work on every page; `?` lists them.

import { may } from "./api.js";
import { h } from "./dom.js";
import { go } from "./router.js";
import { dialog } from "./shell.js";

const keys = [
  ["/", "search"], ["n", "submit a workflow"],
  ["g then r, w, t, o, e, c, p, m, s",
    "runs, workflows, schedules (times), triggers (occasions), notifications (events), cluster, policies, models, settings"],
  ["↑ ↓ Home End", "move in a list, a graph or a timeline"], ["← →", "move between tabs; between layers of a graph"],
  ["Enter", "open what is selected"], ["+ − 0", "zoom a graph or a timeline; fit it"],
  ["Esc", "close what was opened last"], ["?", "this list"],
];
const places = { r: "runs", w: "workflows", t: "schedules", o: "triggers", e: "notifications", c: "cluster", p: "policies", m: "models", s: "settings" };
let isGoing = false;

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.target.matches?.("input, textarea, select, [contenteditable]")) return;
  if (isGoing && places[event.key]) go(`#/${places[event.key]}`);
  isGoing = event.key === "g" && !isGoing;
  if (event.key === "/") {
    const search = document.querySelector("main input[type=search]");
    if (!search) return;
    search.focus();
    event.preventDefault();
  } else if (event.key === "n" && may("operator")) {
    event.preventDefault();
    import("./submit.js").then((module) => module.submit());
  } else if (event.key === "?") {
    showKeys();
  }
});

export function showKeys() {
  return dialog("Keys", () => h("dl", { class: "keys" },
    keys.map(([key, meaning]) => [h("dt", {}, h("kbd", {}, key)), h("dd", {}, meaning)])), "small");
}
