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
    const [{ policies }, { runs }] = await Promise.all([get("/policies", { signal }),
      get("/runs?limit=50&status=succeeded,failed", { signal })]);
    return [whatIf(policies, runs, query.run, signal), list(policies)];
  }, "Reading the policies");
}

function list(policies) {
  return dataTable("Policies", ["Name", "What it does"], policies.map(({ name }) => [
    h("strong", {}, name), meanings[name] ?? ""])).element;
}

function whatIf(policies, runs, chosenRun, signal) {
  if (!runs.length) return empty("Nothing to try policies on yet",
    "Once a run has ended, it can be played again under others.");
  const names = policies.map(({ name }) => name);
  const boxes = names.map((name) => [name, h("input", { type: "checkbox", checked: usual.includes(name) })]);
  const which = select([["last:5", "the newest 5 runs"], ["last:20", "the newest 20 runs"],
    ["last:50", "the newest 50 runs"],
    ...runs.map((run) => [run.run, `${run.workflow}, ${ago(run.submitted)} (${run.run})`])], chosenRun ?? runs[0].run,
      () => {});
  const workers = h("input", { type: "number", min: 1, max: 1000, value: 1 });
  const cores = h("input", { type: "number", min: 1, max: 1024, value: 2 });
  const result = h("div", { "aria-live": "polite" });
  const go = button("Simulate", async () => {
    go.disabled = true;
    const chosen = boxes.filter(([, box]) => box.checked).map(([name]) => name);
    const ids = which.value.startsWith("last:") ? runs.slice(0, Number(which.value.slice(5))).map((run) => run.run)
      : [which.value];
    await simulate(result, ids, chosen, { workers: Number(workers.value), cpu_cores: Number(cores.value) }, signal);
    go.disabled = false;
  }, { class: "button primary" });
  return h("section", { class: "card" }, h("h2", {}, "What if?"),
    h("p", { class: "hint" }, "Runs are played again with what their tasks really took, give or take 30 %, on a cluster of the size that you name."),
    field("Runs", which), h("fieldset", { class: "choices" }, h("legend", {}, "Policies"),
      boxes.map(([name, box]) => h("label", { class: "check" }, box, name))),
    h("div", { class: "filters" }, field("Workers", workers), field("Cores of each", cores)),
    may("operator") ? go : h("p", { class: "hint" }, "Simulating needs the role operator."), result);
}

/// One request for each run, one after the other: the server computes few at a time.
async function simulate(place, ids, policies, cluster, signal) {
  if (policies.length === 0) {
    put(place, failed({ title: "Choose a policy", message: "at least one, better two" }));
    return;
  }
  const sums = new Map(policies.map((name) => [name, { mean: 0, square: 0 }]));
  const skipped = [];
  for (const [index, run] of ids.entries()) {
    put(place, loading(`Simulating run ${index + 1} of ${ids.length}`));
    try {
      const answer = await post("/simulations", { run, policies, seeds: 10, duration_cv: 0.3, ...cluster },
        { signal, timeout: 130000 });
      for (const { name, mean_completion_seconds: time } of answer.policies) {
        const sum = sums.get(name);
        if (!sum) continue;
        sum.mean += time.mean;
        sum.square += ((time.ci95[1] - time.ci95[0]) / 2) ** 2;
      }
    } catch (problem) {
      if (signal.aborted) return;
      if (problem.status !== 422) return void put(place, failed(problem));
      skipped.push(problem.message);
    }
  }
  if (skipped.length === ids.length) put(place,
    failed({ title: "None of them can be simulated", message: skipped[0] }));
  else put(place, comparison(sums, ids.length - skipped.length, skipped));
}

function comparison(sums, count, skipped) {
  const rows = [...sums].map(([name, { mean, square }]) =>
    ({ name, mean, low: mean - Math.sqrt(square), high: mean + Math.sqrt(square) }))
    .sort((a, b) => a.mean - b.mean);
  const best = rows[0];
  for (const row of rows) {
    row.isBest = row.low <= best.high && row.mean <= best.high;
    row.note = row === best ? "" : signedPercent(row.mean / best.mean - 1);
  }
  return [h("h3", {}, `Time to the end, ${count === 1 ? "one run" : `${count} runs together`}`),
    barChart({ rows, format: duration, label: "Time to the end" }),
    h("p", { class: "hint" }, "★ the best, and what can't be told from it: the mark on each bar holds the mean in 95 of 100 cases. ",
      skipped.length ? `${plural(skipped.length, "run")} could not be played again.` : "")];
}
