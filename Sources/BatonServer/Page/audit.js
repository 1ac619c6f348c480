// Who did what, newest first.

import { get, query } from "./api.js";
import { button, h, put } from "./dom.js";
import { ago, timeAttributes } from "./format.js";
import { empty, heading, present } from "./shell.js";
import { dataTable } from "./table.js";

export async function show(main, { signal }) {
  const place = h("div");
  put(main, heading("Audit log", { note: "Everything that changed something, and who did it." }), place);
  await present(place, signal, async () => {
    const rows = [];
    const more = h("div", { class: "buttons" });
    const table = dataTable("Audit log", ["When", "Who", "What", "Of what", "Detail"], [], { isStacked: true });
    await next("");
    return rows.length ? [table.element, more] : empty("Nothing was done yet", "Submit a run, or make a key.");

    async function next(cursor) {
      const page = await get(`/audit${query({ cursor, limit: 100 })}`, { signal });
      rows.push(...page.entries.map(row));
      table.setRows(rows);
      put(more, page.next_cursor ? button("Show older", (event) => {
        event.target.disabled = true;
        return next(page.next_cursor);
      }) : null);
    }
  }, "Reading the log");
}

function row(entry) {
  const isRun = entry.action.startsWith("run.");
  return [h("time", timeAttributes(entry.at), ago(entry.at)), entry.actor, h("code", {}, entry.action),
    isRun ? h("a", { href: `#/runs/${entry.subject}` }, entry.subject) : entry.subject ?? "", entry.detail ?? ""];
}
