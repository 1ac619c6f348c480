// One schedule: how it stands, its backfills, and what came of each of its times.

import { get, may, part, query } from "./api.js";
import { button, h, put } from "./dom.js";
import { firing, keepFresh } from "./firings.js";
import { ago, dateTime, plural, timeAttributes } from "./format.js";
import { go } from "./router.js";
import { cancelBackfill, pauseButton, removeSchedule, runButton } from "./schedule-actions.js";
import { askBackfill, editSchedule } from "./schedule-form.js";
import { next } from "./schedules.js";
import { empty, heading, loading } from "./shell.js";
import { dataTable, facts } from "./table.js";

const pageSize = 50;
const words = { none: "are left out", latest: "one run stands for all", all: "each gets its run" };

export async function show(main, { schedule: name, signal }) {
  const place = h("div", { class: "grid" });
  put(main, heading(name, { back: ["#/schedules", "Schedules"] }), place);
  put(place, loading("Reading the schedule"));
  let limit = pageSize;
  await keepFresh(place, signal, async () => {
    const path = `/schedules/${part(name)}`;
    const [schedule, page] = await Promise.all([get(path, { signal }),
      get(`${path}/firings${query({ limit })}`, { signal })]);
    const more = (again) => {
      limit = Math.min(500, limit * 2);
      return again();
    };
    return { found: [schedule, page], draw: (again) => view(schedule, page, again, () => more(again)) };
  });
}

function view(schedule, page, again, more) {
  return [
    may("operator") ? h("div", { class: "actions" }, runButton(schedule, again), pauseButton(schedule, again),
      button("Backfill", () => askBackfill(schedule, again), { "aria-label": `Backfill ${schedule.name}` }),
      button("Change", () => editSchedule(schedule, again), { "aria-label": `Change ${schedule.name}` }),
      button("Remove", (event) => removeSchedule(schedule, event.target, () => go("#/schedules")),
        { class: "button danger", "aria-label": `Remove ${schedule.name}` })) : null,
    h("section", { class: "card" }, facts([
      ["Workflow", h("a", { href: `#/workflows/${part(schedule.workflow_name)}` }, schedule.workflow_name)],
      ["When", h("span", {}, h("code", {}, schedule.cron), ` in ${schedule.time_zone}`)], ["Next", next(schedule)],
      ["Active", `${plural(schedule.active_runs, "run")} of ${schedule.max_active_runs} at most`],
      ["Missed times", words[schedule.catchup]], ["Directory", schedule.directory],
      ["Parameters", Object.keys(schedule.parameters).length ? h("code", {}, JSON.stringify(schedule.parameters)) : null],
    ])),
    schedule.backfills.length ? h("section", { class: "card" }, h("h2", {}, "Backfills"),
      backfills(schedule, again)) : null,
    h("section", { class: "card" }, h("h2", {}, "Times"), times(page, more)),
  ];
}

function backfills(schedule, again) {
  return dataTable("Backfills", ["From", "To", "#Started", "#Waiting", "#Left out", "Made", ""],
    schedule.backfills.map((each) => [
      dateTime(each.from), dateTime(each.to), each.counts.started, each.counts.waiting,
      each.counts.skipped + each.counts.refused, h("time", timeAttributes(each.created), ago(each.created)),
      may("operator") && each.counts.waiting ? button("Cancel", (event) =>
        cancelBackfill(schedule, each, event.target, again), { "aria-label": `Cancel the backfill of ${each.backfill}` })
        : "",
    ]), { isStacked: true }).element;
}

function times({ firings, next_cursor: rest }, more) {
  if (!firings.length) return empty("No time has come yet", "Times that come, and what became of them, are listed here.");
  const causes = { schedule: "", manual: "by hand", backfill: "backfill" };
  return [dataTable("Times", ["Time", "Run", "Cause", "Why"], firings.map((each) => [
    h("time", timeAttributes(each.time), dateTime(each.time)), firing(each), causes[each.cause], each.reason ?? "",
  ]), { isStacked: true }).element,
  rest ? h("p", {}, button("Show more", more, { "aria-label": "Show more times" })) : null];
}
