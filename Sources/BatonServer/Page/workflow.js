// One workflow: its runs, what the optimiser finds in it, and the revisions that were made of it.

import { get, may, part, query } from "./api.js";
import { button, h, put } from "./dom.js";
import { ago, duration, plural, signedPercent, timeAttributes } from "./format.js";
import { analysisView } from "./analysis.js";
import { barChart } from "./chart.js";
import { diffView } from "./diff.js";
import { runTable } from "./runs.js";
import { empty, heading, present } from "./shell.js";
import { submitAgain } from "./submit.js";
import { tabView } from "./tabs.js";

export async function show(main, { workflow: name, query: chosen, signal }) {
  const path = `/workflows/${part(name)}`;
  const tabs = tabView("Views of the workflow", [
    ["runs", "Runs", () => runsView(path, signal)],
    ["optimise", "Optimise", () => fileView(path, name, signal)],
    ["revisions", "Revisions", () => revisionsView(path, signal)],
  ], chosen.tab);
  put(main, heading(name, {
    back: ["#/workflows", "Workflows"],
    actions: may("operator") ? button("Submit again", () => submitAgain(name), { class: "button primary" }) : null,
  }), tabs.element);
}

function runsView(path, signal) {
  const place = h("div", { class: "fills" });
  runTable({ place, filters: {}, signal, source: (page) => get(`${path}/runs${query(page)}`, { signal }) });
  return place;
}

function fileView(path, name, signal) {
  const place = h("div");
  present(place, signal, async () => {
    const file = await get(`${path}/file`, { signal }).catch((problem) => {
      if (problem.status === 404 || problem.status === 403) return null;
      throw problem;
    });
    if (file) return analysisView(file.text, { workflow: name, path: file.path, signal });
    return empty("The file of this workflow is not here", "Its runs came without one. Paste the text to analyse it.",
      h("a", { class: "button", href: "#/analyze" }, "Analyse a text"));
  }, "Reading the file");
  return place;
}

function revisionsView(path, signal) {
  const place = h("div", { class: "grid" });
  present(place, signal, async () => {
    const { revisions } = await get(`${path}/revisions`, { signal });
    if (!revisions.length) return empty("No revision was made",
      "Under “Optimise”, findings can be applied; each makes one.");
    return revisions.map(revisionCard);
  }, "Reading the revisions");
  return place;
}

function revisionCard(revision) {
  const { promise } = revision;
  const average = (runs) => runs.reduce((sum, run) => sum + run.seconds, 0) / runs.length;
  const bars = [["before", revision.before], ["after", revision.after]].filter(([, runs]) => runs.length)
    .map(([name, runs]) => ({ name: `${name}, ${plural(runs.length, "run")}`, mean: average(runs),
      low: Math.min(...runs.map((run) => run.seconds)), high: Math.max(...runs.map((run) => run.seconds)) }));
  return h("section", { class: "card" },
    h("h2", {}, `Revision ${revision.revision}`),
    h("p", {}, h("strong", {}, revision.state), revision.reason ? `: ${revision.reason}` : "", " · applied ",
      h("time", timeAttributes(revision.applied_at), ago(revision.applied_at)), ` · ${revision.findings.join(", ")}`),
    h("p", { class: "hint" }, `promised ${saving(promise.completion_time_reduction)} of the time and ${saving(promise.memory_reduction)} of the memory`,
      revision.improvement_percent === undefined ? ""
        : `; it became ${signedPercent(-revision.improvement_percent / 100)} of the time`),
    bars.length ? barChart({ rows: bars, format: duration, label: "Time of the runs before and after" }) : null,
    h("details", {}, h("summary", {}, "What was changed"), diffView(revision.text_before, revision.text_after)));
}

function saving({ mean, low, high }) {
  return `${signedPercent(-mean)} (${signedPercent(-low)} to ${signedPercent(-high)})`;
}
