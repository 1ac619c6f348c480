// All schedules: when each is due next, and what came of its last times.

import { get, may } from "./api.js";
import { button, h, put } from "./dom.js";
import { firing, keepFresh } from "./firings.js";
import { plural, timeAttributes, until } from "./format.js";
import { go } from "./router.js";
import { pauseButton, runButton } from "./schedule-actions.js";
import { editSchedule } from "./schedule-form.js";
import { empty, heading, loading } from "./shell.js";
import { pill } from "./states.js";
import { dataTable } from "./table.js";

const shown = 3;

export async function show(main, { signal }) {
  const place = h("div");
  const add = () => editSchedule(null, (name) => go(`#/schedules/${encodeURIComponent(name)}`));
  put(main, heading("Schedules", {
    note: "What runs by itself, and when.",
    actions: may("operator") ? button("Add a schedule", add, { class: "button primary" }) : null,
  }), place);
  put(place, loading("Reading the schedules"));
  await keepFresh(place, signal, async () => {
    const { schedules } = await get("/schedules", { signal });
    return { found: schedules, draw: (again) => (schedules.length ? list(schedules, again) : nothing(add)) };
  });
}

function nothing(add) {
  return empty("There are no schedules", "A schedule runs a workflow at the times that it names, such as every night.",
    may("operator") ? button("Add a schedule", add, { class: "button primary" }) : null);
}

function list(schedules, again) {
  const titles = ["Name", "When", "Next", "Last, newest first", ...(may("operator") ? [""] : [])];
  return dataTable("Schedules", titles, schedules.map((each) => [
    h("div", {}, h("a", { href: `#/schedules/${encodeURIComponent(each.name)}` }, h("strong", {}, each.name)),
      h("p", { class: "hint" }, each.workflow_name)),
    h("div", {}, h("code", {}, each.cron), h("p", { class: "hint" }, each.time_zone)),
    next(each), h("div", { class: "pills" }, each.last_firings.slice(0, shown).map(firing), waiting(each)),
    ...(may("operator") ? [h("div", { class: "actions" }, runButton(each, again), pauseButton(each, again))] : []),
  ]), { isStacked: true }).element;
}

/// When it is due next.
export function next(schedule) {
  if (!schedule.enabled) return pill("paused");
  if (!schedule.next_time) return "never";
  return h("time", { class: "when", ...timeAttributes(schedule.next_time) }, until(schedule.next_time));
}

function waiting(schedule) {
  const count = schedule.waiting + schedule.backfills.reduce((sum, each) => sum + each.counts.waiting, 0);
  return count ? h("span", { class: "hint" }, `${plural(count, "time")} to come`) : null;
}
