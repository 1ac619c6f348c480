// One task of a run: why it waits or what became of it, what was expected and what came, its attempts, decisions and
// log.

import { get, may, part, send } from "./api.js";
import { button, h, put } from "./dom.js";
import { bytes, clock, cpu, duration, failure, seconds, signedPercent } from "./format.js";
import { logView } from "./log.js";
import { attempt as tryTo, failed, loading } from "./shell.js";
import { isEnded, pill } from "./states.js";
import { dataTable, facts } from "./table.js";

/// - Returns: `element`, and `update()` to be called when the run has changed.
export function taskPanel(model, index, onClose, signal) {
  const path = `${model.path}/tasks/${index}`;
  const heading = h("h2", { tabindex: "-1" });
  const status = h("p", { class: "pills" });
  const why = h("section", {}, loading());
  const measured = h("section");
  const log = h("section");
  let shown = "";
  let logged = "";
  const element = h("aside", { class: "panel", "aria-label": "Task" },
    h("div", { class: "panel-head" }, heading,
      button("✕", onClose, { class: "plain", "aria-label": "Close the task" })),
    status, why, log, measured);

  async function update() {
    const task = model.tasks[index];
    const key = `${task.state} ${task.attempts} ${task.priority}`;
    if (key === shown) return;
    shown = key;
    put(heading, task.name);
    put(status, pill(task.state), priority(model, task));
    try {
      const explanation = await get(`${path}/explanation`, { signal });
      put(why, h("h3", {}, isEnded(task.state) ? "What became of it" : "Why it is so"), sentences(explanation.text));
      // Of two beside each other the later may have been ended.
      const decisive = explanation.attempts.findLast((each) => each.status === "succeeded");
      put(measured, comparison(model.predictions.get(index), decisive ?? explanation.attempts.at(-1)),
        attempts(explanation, model, index, signal));
      const numbers = explanation.attempts.map((each) => each.number);
      if (String(numbers) !== logged) {
        logged = String(numbers);
        put(log, numbers.length ? [h("h3", {}, "Log"), logView(model.run.run, index, numbers, signal)] : null);
      }
    } catch (problem) {
      if (!signal.aborted) put(why, failed(problem, () => { shown = ""; update(); }));
    }
  }
  update();
  return { element, update, focus: () => heading.focus() };
}

export function sentences(lines = []) {
  return h("div", { class: "sentences" },
    lines.map((line) => (line.startsWith("  ") ? h("pre", {}, line.slice(2)) : h("p", {}, line))));
}

function priority(model, task) {
  if (task.isGroup || isEnded(task.state) || task.state === "running") return h("span", { class: "hint" },
    `priority ${task.priority}`);
  const value = h("input", { type: "number", min: 0, max: 100, value: task.priority,
    "aria-label": "Priority, 0 to 100" });
  return h("form", { class: "inline", onsubmit: (event) => {
    event.preventDefault();
    const id = `${model.run.run}.${task.index}`;
    tryTo(event.submitter, () => send("PUT", `/scheduling/${part(id)}/priority`, { priority: Number(value.value) }),
      `${task.name} has priority ${value.value}`).then(() => model.catchUp());
  } }, "priority", value, may("operator") ? h("button", { class: "button" }, "Set") : null);
}

/// What was expected next to what came.
function comparison(prediction, attempt) {
  const usage = attempt?.usage;
  if (!prediction && !usage) return null;
  const cpuSeconds = usage ? usage.user_cpu_seconds + usage.system_cpu_seconds : null;
  if (!prediction) {
    return [h("h3", {}, "Measured"),
      facts([["Time", duration(usage.wall_seconds)], ["Memory", bytes(usage.peak_memory_bytes)],
      ["CPU", duration(cpuSeconds)]]), h("p", { class: "hint" }, "Nothing was expected of it: it had no history yet.")];
  }
  const { actual } = prediction;
  const rows = [
    measure("Time", prediction.duration_p50_seconds, prediction.duration_p90_seconds,
      actual?.duration_seconds ?? usage?.wall_seconds, duration),
    measure("Memory", prediction.peak_memory_p50_bytes, prediction.peak_memory_p99_bytes,
      actual?.peak_memory_bytes ?? usage?.peak_memory_bytes, bytes),
    ["CPU", "–", "–", duration(cpuSeconds), ""],
  ];
  return [h("h3", {}, "Expected and measured"),
    dataTable("Expected and measured", ["", "#Expected", "#At most", "#Measured", "#Off"], rows).element,
    h("p", { class: "hint" }, `By ${prediction.model}, from ${prediction.samples} samples; “at most” holds for time in 9 of 10, for memory in 99 of 100 cases.`)];
}

function measure(name, expected, most, actual, format) {
  const off = expected && actual ? signedPercent(actual / expected - 1) : "";
  return [name, format(expected), format(most), format(actual), off];
}

function attempts(explanation, model, index, signal) {
  const { attempts: all, decisions } = explanation;
  if (!all.length) return null;
  return [h("h3", {}, all.length > 1 ? "Attempts" : "Attempt"), all.map((each) => {
    const decision = decisions.find((made) => made.attempt === each.number);
    const took = each.ended ? seconds(each.ended) - seconds(each.started) : Date.now() / 1000 - seconds(each.started);
    return h("div", { class: "attempt" },
      h("p", {}, h("strong", {}, `${each.number}`), " ", pill(each.status),
        ` ${clock(each.started)}, ${duration(took)}`,
        each.failure ? h("span", { class: "wrong" }, ` ${failure(each.failure)}`) : null),
      h("p", { class: "hint" }, `was given ${cpu(each.grant.cpu)} and ${bytes(each.grant.memory_bytes)}`),
      decision ? [h("p", {}, decision.reason), decisionDetail(`${model.run.run}.${index}.${each.number}`, signal)]
        : null);
  })];
}

function decisionDetail(id, signal) {
  const place = h("div");
  const control = button("Why this decision?", async () => {
    control.remove();
    put(place, loading("Asking"));
    try {
      const answer = await get(`/scheduling/decisions/${part(id)}`, { signal });
      const plan = answer.explanation?.placements?.[0]?.plan ?? answer.explanation?.plan;
      put(place, sentences(answer.explanation?.text ?? [answer.reason]), alternatives(plan));
    } catch (problem) {
      put(place, failed(problem));
    }
  }, { class: "link" });
  return [control, place];
}

function alternatives(plan) {
  if (!plan?.alternatives?.length) return null;
  return dataTable("Other plans", ["Plan", "#Expected", "#Longer"], plan.alternatives.map((each) =>
    [each.name, duration(each.expected_seconds), duration(each.difference_seconds)])).element;
}
