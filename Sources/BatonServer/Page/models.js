// What predicts, and how well: the models that were fitted, and predictions of the newest runs against what came.

import { get } from "./api.js";
import { h, put } from "./dom.js";
import { ago, bytes, duration, number, percent, timeAttributes } from "./format.js";
import { scatter } from "./chart.js";
import { empty, heading, present } from "./shell.js";
import { dataTable, figures } from "./table.js";

const recentRuns = 30;
const dotsMax = 2000;

export async function show(main, { signal }) {
  const models = h("div");
  const calibration = h("div", { class: "grid" });
  put(main, heading("Models", { note: "What a task will take is learned from what tasks took." }),
    h("h2", {}, "Predictions against measurements"), calibration, h("h2", {}, "Models that were fitted"), models);
  await Promise.all([
    present(calibration, signal, () => calibrationView(signal), "Comparing"),
    present(models, signal, async () => modelTable((await get("/models", { signal })).models), "Reading the models"),
  ]);
}

async function calibrationView(signal) {
  const { runs } = await get(`/runs?limit=${recentRuns}`, { signal });
  const found = await Promise.all(runs.map((run) =>
    get(`/runs/${run.run}/predictions`, { signal }).catch(() => ({ predictions: [] }))));
  const judged = found.flatMap((each) => each.predictions).filter((each) => each.actual);
  if (!judged.length) {
    return empty("Nothing was predicted and measured yet",
      "Run a workflow twice: the second time, its tasks are known.");
  }
  const share = (test) => judged.filter(test).length / judged.length;
  const errors = judged.map((each) =>
    Math.abs(each.duration_p50_seconds / each.actual.duration_seconds - 1)).sort((a, b) => a - b);
  return [
    figures([
      ["Predictions judged", number(judged.length), `of the newest ${runs.length} runs`],
      ["Time off by, in the median", percent(errors[errors.length >> 1], 1)],
      ["Time within “9 of 10”", percent(share((each) => each.actual.duration_seconds <= each.duration_p90_seconds)),
        "90 % would be exact"],
      ["Memory within “99 of 100”", percent(share((each) =>
        each.actual.peak_memory_bytes <= each.peak_memory_p99_bytes)), "99 % would be exact"],
    ]),
    h("div", { class: "grid two" },
      chart("Time", judged.map((each) => [each.duration_p50_seconds, each.actual.duration_seconds]), duration),
      chart("Memory", judged.map((each) => [each.peak_memory_p50_bytes, each.actual.peak_memory_bytes]), bytes)),
  ];
}

function chart(name, points, format) {
  return h("section", { class: "card" }, h("h3", {}, name),
    scatter({ points: points.slice(0, dotsMax), format,
      label: `${name}, expected and measured, of ${points.length} tasks` }));
}

function modelTable(models) {
  if (!models.length) {
    return empty("No model was fitted yet",
      "One is fitted once a day when 1,000 attempts are recorded, or by “baton model fit”. Until then an ensemble of statistics predicts.");
  }
  const off = (model, target) => percent(model.scores[target]?.median_ape, 1);
  return dataTable("Models", ["#Model", "State", "Fitted", "#Attempts", "#Time off", "#Memory off", "#CPU off",
    "Version"], models.map((model) => [
    model.id, [h("strong", {}, model.state), model.reason ? h("p", { class: "hint" }, model.reason) : null],
    h("time", timeAttributes(model.fitted), ago(model.fitted)), number(model.data.attempts),
    off(model, "duration"), off(model, "memory"), off(model, "cpu"), h("code", {}, model.version)]),
      { isStacked: true }).element;
}
