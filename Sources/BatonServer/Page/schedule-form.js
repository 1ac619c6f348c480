// The dialogs of schedules: one that makes or changes a schedule, one that asks for a backfill.

import { get, part, post, send } from "./api.js";
import { button, field, h, put, select } from "./dom.js";
import { plural } from "./format.js";
import { dialog, toast } from "./shell.js";
import { line, templateFields } from "./template-fields.js";

const example = `name: nightly
params: {scheduled_time: {type: string}}
tasks:
  report: {run: 'echo "the report of \${{ params.scheduled_time }}"'}
`;
const rules = [["latest", "latest: one run stands for all"], ["all", "all: each gets its run"],
  ["none", "none: they are left out"]];

/// - Parameter schedule: the one to be changed; null makes another one.
export async function editSchedule(schedule, done) {
  const { workflows } = await get("/workflows").catch(() => ({ workflows: [] }));
  return dialog(schedule ? `Change ${schedule.name}` : "Add a schedule",
    (close) => form(schedule, workflows, (name) => {
      close();
      done(name);
    }, () => close()), "wide");
}

function form(schedule, workflows, saved, cancel) {
  const name = line(schedule?.name ?? "", { required: true, maxlength: 100, disabled: Boolean(schedule) });
  const cron = line(schedule?.cron ?? "0 2 * * *", { required: true });
  const zone = line(schedule?.time_zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone, { required: true });
  const catchup = select(rules, schedule?.catchup ?? "latest", () => {});
  const template = templateFields(schedule, workflows, { example, most: 1 });
  const save = async (event) => {
    event.preventDefault();
    template.show(null);
    try {
      await send("PUT", `/schedules/${part(name.value.trim())}`, {
        ...template.definition(), cron: cron.value, time_zone: zone.value, catchup: catchup.value,
        time_parameter: schedule?.time_parameter,
      });
      toast(`${name.value.trim()} is saved`);
      saved(name.value.trim());
    } catch (failure) {
      template.show(failure);
    }
  };
  return h("form", { onsubmit: save },
    h("div", { class: "grid two" }, field("Name", name), field("Time zone", zone),
      field("When (cron)", cron, "Minute, hour, day, month, weekday; or @hourly, @daily, @weekly."),
      field("Times that were missed", catchup, "While the server did not run."), template.values),
    template.workflow,
    h("div", { class: "buttons" }, button("Cancel", cancel),
      h("button", { type: "submit", class: "button primary" }, "Save")));
}

export function askBackfill(schedule, done) {
  return dialog(`Backfill ${schedule.name}`, (close) => {
    const time = (value) => h("input", { type: "datetime-local", required: true, value });
    const now = new Date();
    const from = time(local(new Date(now.getTime() - 7 * 86400000)));
    const to = time(local(now));
    const most = h("input", { type: "number", min: 1, max: 1000, required: true, value: 1 });
    const problem = h("p", { class: "wrong", role: "alert" });
    const ask = async (event) => {
      event.preventDefault();
      try {
        const made = await post(`/schedules/${part(schedule.name)}/backfills`, {
          from: new Date(from.value).toISOString(), to: new Date(to.value).toISOString(),
          max_active_runs: Number(most.value),
        });
        toast(made.times ? `${plural(made.times, "time")} will be run` : "All of these times have run or wait");
        close();
        done();
      } catch (failure) {
        put(problem, failure.message);
      }
    };
    return h("form", { onsubmit: ask },
      h("p", {}, "Runs the schedule for the times of the past that it did not run for, after whatever is due now."),
      field("From", from, "By this computer's clock."), field("To", to), field("Runs at once", most), problem,
      h("div", { class: "buttons" }, button("Cancel", () => close()),
        h("button", { type: "submit", class: "button primary" }, "Start")));
  }, "small");
}

/// As an input for dates and times has it.
function local(date) {
  return new Date(date.getTime() - date.getTimezoneOffset() * 60000).toISOString().slice(0, 16);
}
