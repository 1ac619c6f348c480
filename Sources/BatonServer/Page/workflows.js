// All workflows that ran.

import { get, part } from "./api.js";
import { button, h, put } from "./dom.js";
import { ago, number, timeAttributes } from "./format.js";
import { go } from "./router.js";
import { empty, heading, present } from "./shell.js";
import { pill } from "./states.js";
import { submit } from "./submit.js";
import { dataTable } from "./table.js";

export async function show(main, { signal }) {
  const place = h("div");
  put(main, heading("Workflows",
    { note: "What ran here, and what can be made better.", actions: button("Analyse a text", () => go("#/analyze")) }),
    place);
  await present(place, signal, async () => {
    const { workflows } = await get("/workflows", { signal });
    if (!workflows.length) {
      return empty("No workflow ran yet", "Submit one to see it here.",
        button("Submit a workflow", () => submit(), { class: "button primary" }));
    }
    return dataTable("Workflows", ["Name", "#Runs", "Last", "Submitted"], workflows.map((each) => [
      h("a", { href: `#/workflows/${part(each.name)}` }, h("strong", {}, each.name)), number(each.runs),
      h("a", { href: `#/runs/${each.last_run}` }, pill(each.last_status)),
      h("time", timeAttributes(each.last_submitted), ago(each.last_submitted)),
    ]), { isStacked: true }).element;
  }, "Reading the workflows");
}
