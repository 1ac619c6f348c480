// Policies, and a what-if: how long would runs that are over have taken under others?

import { get, may, post } from "./api.js";
import { button, field, h, put, select } from "./dom.js";
import { ago, duration, plural, signedPercent } from "./format.js";
import { barChart } from "./chart.js";
import { empty, failed, heading, loading, present } from "./shell.js";
import { dataTable } from "./table.js";

const meanings = {
  intelligent: "searches schedules by simulation and follows the best",
  "critical-path": "longest way to the end first",
  fifo: "in the order of their coming",
  fair: "each run its share",
  "weighted-fair": "each run its share, by priority",
  "shortest-first": "shortest task first",
  "srpt-critical-path": "the run with the least left first, then the longest way",
  heft: "rank by the longest way, earliest end (HEFT)",
  peft: "looks one step ahead of HEFT (PEFT)",
  cpop: "critical path on one worker (CPOP)",
  "min-min": "what ends first, first",
  "max-min": "what takes longest, first",
  tetris: "packs requests tightly",
  graphene: "troublesome tasks first (Graphene)",
  "best-fit": "where the least room is left",
  edf: "earliest deadline first",
  "least-laxity": "least time to spare first",
  random: "by chance, to compare with",
};
const usual = ["intelligent", "critical-path", "fifo"];

export async function show(main, { query, signal }) {
  const place = h("div", { class: "grid" });
  put(main, heading("Policies", { note: "What decides which task starts next, and what others would have made of your own runs." }), place);
  await present(place, signal, async () => {
    const [{ policies }, { runs }, { workflows }] = await Promise.all([get("/policies", { signal }),
      get("/runs?limit=50&status=succeeded,failed", { signal }), get("/workflows", { signal })]);
    return [whatIf(policies, runs, workflows, query.run, signal), list(policies)];
  }, "Reading the policies");
}

function list(policies) {
  return dataTable("Policies", ["Name", "What it does"], policies.map(({ name }) => [
    h("strong", {}, name), meanings[name] ?? ""])).element;
}

function whatIf(policies, runs, workflows, chosenRun, signal) {
  if (!runs.length) return empty("Nothing to try policies on yet",
    "Once a run has ended, it can be played again under others.");
  const names = policies.map(({ name }) => name);
  const boxes = names.map((name) => [name, h("input", { type: "checkbox", checked: usual.includes(name) })]);
  const count = h("input", { type: "number", min: 1, max: 1000, value: 50 });
  const workflow = select([["", "all workflows"], ...workflows.map(({ name }) => [name, name])], "", () => {});
  const history = h("div", { class: "filters" }, field("How many", count), field("Of", workflow));
  const workers = h("input", { type: "number", min: 1, max: 1000 });
  const cores = h("input", { type: "number", min: 1, max: 1024 });
  const adapt = (subject) => {
    history.hidden = subject !== "last";
    for (const [input, single] of [[workers, 1], [cores, 2]]) {
      input.placeholder = subject === "last" ? "as it was" : single;
    }
  };
  const which = select([["last", "the last runs, as they came"],
    ...runs.map((run) => [run.run, `${run.workflow}, ${ago(run.submitted)} (${run.run})`])], chosenRun ?? "last", adapt);
  adapt(which.value);
  const result = h("div", { "aria-live": "polite" });
  const question = () => {
    const cluster = { workers: Number(workers.value), cpu_cores: Number(cores.value) };
    // What is left empty is left out.
    const given = Object.fromEntries(Object.entries(cluster).filter(([, value]) => value > 0));
    if (which.value !== "last") {
      return { run: which.value, seeds: 10, duration_cv: 0.3, workers: 1, cpu_cores: 2, ...given };
    }
    return { last: Number(count.value), ...(workflow.value ? { workflow_name: workflow.value } : {}), ...given };
  };
  const go = button("Simulate", async () => {
    go.disabled = true;
    const chosen = boxes.filter(([, box]) => box.checked).map(([name]) => name);
    await simulate(result, { policies: chosen, ...question() }, signal);
    go.disabled = false;
  }, { class: "button primary" });
  return h("section", { class: "card" }, h("h2", {}, "What if?"),
    h("p", { class: "hint" }, "Runs are played again with what their tasks really took: the last runs exactly so and each when it came, a single one give or take 30 %."),
    field("Runs", which), history, h("fieldset", { class: "choices" }, h("legend", {}, "Policies"),
      boxes.map(([name, box]) => h("label", { class: "check" }, box, name))),
    h("div", { class: "filters" }, field("Workers", workers), field("Cores of each", cores)),
    may("operator") ? go : h("p", { class: "hint" }, "Simulating needs the role operator."), result);
}

async function simulate(place, question, signal) {
  if (question.policies.length === 0) {
    put(place, failed({ title: "Choose a policy", message: "at least one, better two" }));
    return;
  }
  put(place, loading("Simulating"));
  try {
    put(place, comparison(await post("/simulations", question, { signal, timeout: 130000 })));
  } catch (problem) {
    if (!signal.aborted) put(place, failed(problem));
  }
}

/// Bars for the policies, the least first, and for what really happened.
function comparison({ policies, best, within_noise_of_best: close, recorded_runs: count, measured, assumptions }) {
  const rows = policies.filter(({ mean_completion_seconds: time }) => time)
    .map(({ name, mean_completion_seconds: { mean, ci95 }, ratio_to_best: ratio }) => ({
      name, mean, low: ci95[0], high: ci95[1], isBest: name === best || close.includes(name),
      note: name === best ? "" : against(ratio),
    })).sort((a, b) => a.mean - b.mean);
  if (!rows.length) return failed({ title: "No run came to its end", message: assumptions.join(" ") });
  if (measured) rows.push({ name: "what really happened", mean: measured.mean_completion_seconds });
  return [h("h3", {}, count > 1 ? `Mean time to the end, ${plural(count, "run")}` : "Time to the end, one run"),
    barChart({ rows, format: duration, label: "Time to the end" }),
    h("p", { class: "hint" }, "★ the best, and what can't be told from it: the mark on each bar holds the mean in 95 of 100 cases, and so does the range behind a difference."),
    assumptions.map((sentence) => h("p", { class: "hint" }, sentence))];
}

/// How much longer than the best: `+12 % (+3 % to +20 %)`.
function against({ mean, ci95: [low, high] }) {
  const range = high > low ? ` (${signedPercent(low - 1)} to ${signedPercent(high - 1)})` : "";
  return signedPercent(mean - 1) + range;
}
