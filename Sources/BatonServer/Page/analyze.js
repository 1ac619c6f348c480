// Analysing a workflow that is pasted in.

import { button, h, put } from "./dom.js";
import { analyse } from "./analysis.js";
import { textEditor } from "./submit.js";
import { heading } from "./shell.js";

export async function show(main, { signal }) {
  const editor = textEditor("", "Workflow (YAML)");
  const result = h("div", { class: "grid" });
  put(main, heading("Analyse a workflow",
    { back: ["#/workflows", "Workflows"], note: "Nothing is run: what tasks take is what earlier runs took." }),
    h("section", { class: "card" }, editor.element,
      h("div", { class: "buttons" },
        button("Analyse", () => analyse(result, editor.text, { signal }), { class: "button primary" }))),
        result);
}
