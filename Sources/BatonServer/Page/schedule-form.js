// The dialogs of schedules: one that makes or changes a schedule, one that asks for a backfill.

import { get, part, post, send } from "./api.js";
import { button, field, h, put, select } from "./dom.js";
import { plural } from "./format.js";
import { dialog, toast } from "./shell.js";
import { textEditor } from "./submit.js";

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
  const text = (value, more) => h("input", { type: "text", autocomplete: "off", spellcheck: "false", value, ...more });
  const name = text(schedule?.name ?? "", { required: true, maxlength: 100, disabled: Boolean(schedule) });
  const cron = text(schedule?.cron ?? "0 2 * * *", { required: true });
  const zone = text(schedule?.time_zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone, { required: true });
  const most = h("input", { type: "number", min: 1, max: 1000, required: true, value: schedule?.max_active_runs ?? 1 });
  const catchup = select(rules, schedule?.catchup ?? "latest", () => {});
  const parameters = text(JSON.stringify(schedule?.parameters ?? {}));
  const editor = textEditor(workflowText(schedule), "Workflow (YAML)");
  const names = [...new Set([schedule?.workflow_id, ...workflows.map((each) => each.name)].filter(Boolean))];
  const source = select([["", "the text below"], ...names.map((each) => [each, `${each}, its newest revision`])],
    schedule?.workflow_id ?? "", () => { editor.element.hidden = source.value !== ""; });
  editor.element.hidden = source.value !== "";
  const problem = h("div", { class: "problems", role: "alert" });

  const definition = () => ({
    ...(source.value ? { workflow_id: source.value } : { workflow: editor.text }),
    cron: cron.value, time_zone: zone.value, max_active_runs: Number(most.value), catchup: catchup.value,
    parameters: JSON.parse(parameters.value || "{}"), enabled: schedule?.enabled ?? true,
    directory: schedule?.directory, time_parameter: schedule?.time_parameter,
  });
  const save = async (event) => {
    event.preventDefault();
    editor.mark([]);
    put(problem);
    try {
      await send("PUT", `/schedules/${part(name.value.trim())}`, definition());
      toast(`${name.value.trim()} is saved`);
      saved(name.value.trim());
    } catch (failure) {
      editor.mark((failure.problems ?? []).map((each) => each.line));
      put(problem, h("strong", {}, failure.title ?? "The parameters are no JSON"), h("p", {}, failure.message));
    }
  };
  return h("form", { onsubmit: save },
    h("div", { class: "grid two" }, field("Name", name), field("Time zone", zone),
      field("When (cron)", cron, "Minute, hour, day, month, weekday; or @hourly, @daily, @weekly."),
      field("Times that were missed", catchup, "While the server did not run."),
      field("Parameters (JSON)", parameters), field("Runs at once", most)),
    field("Workflow", source), editor.element, problem,
    h("div", { class: "buttons" }, button("Cancel", cancel),
      h("button", { type: "submit", class: "button primary" }, "Save")));
}

function workflowText(schedule) {
  const { workflow } = schedule ?? {};
  if (workflow === undefined) return example;
  return typeof workflow === "string" ? workflow : JSON.stringify(workflow, null, 2);
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
