// One run, live: its graph, timeline, tasks and explanation, and a panel for the task that is selected.

import { get, may, post } from "./api.js";
import { approvals } from "./approvals.js";
import { button, h, put } from "./dom.js";
import { ago, duration, number, percent, plural, seconds, timeAttributes } from "./format.js";
import { GanttView } from "./gantt.js";
import { GraphView } from "./graph.js";
import { priorityButton } from "./priority.js";
import { project } from "./projection.js";
import { setQueries } from "./router.js";
import { RunModel } from "./run-model.js";
import { attempt, confirm, failed, heading, loading, present } from "./shell.js";
import { pill, progress } from "./states.js";
import { submitAgain } from "./submit.js";
import { figures } from "./table.js";
import { tabView } from "./tabs.js";
import { sentences, taskPanel } from "./task.js";
import { TaskList } from "./tasks.js";

/// Tasks from which on the list comes first: a graph of so many says little.
const largeRun = 2000;

export async function show(main, { run: id, query, signal }) {
  put(main, heading("Run", { back: ["#/runs", "Runs"] }), loading("Reading the run"));
  const model = new RunModel(id, signal);
  const load = async () => {
    try {
      await model.load((run) => {
        if (signal.aborted) return;
        put(main, heading(run.workflow, { back: ["#/runs", "Runs"], note: h("code", {}, run.run) }),
          h("div", { class: "run-state" }, pill(run.status), progress(run.counts)), loading("Reading its tasks"));
      });
      if (!signal.aborted) view(main, model, query, signal);
    } catch (problem) {
      if (!signal.aborted) put(main, heading("Run", { back: ["#/runs", "Runs"] }), failed(problem, load));
    }
  };
  await load();
}

async function view(main, model, query, signal) {
  const cluster = await get("/workers", { signal }).catch(() => null);
  const places = Math.max(1, Math.floor(cluster?.workers?.reduce((sum, each) => sum + (each.capacity.cpu ?? 0),
    0) ?? 1));
  const head = h("div");
  const asked = approvals(model);
  const aside = h("div", { class: "aside" });
  const body = h("div", { class: "run-body" });
  let panel = null;
  let ending = null;
  let projection = null;
  const views = {};

  function select(index) {
    closePanel();
    ending = new AbortController();
    panel = taskPanel(model, index, closePanel, AbortSignal.any([signal, ending.signal]));
    panel.index = index;
    put(aside, panel.element);
    body.classList.add("with-panel");
    setQueries({ task: index });
    panel.focus();
  }

  function closePanel() {
    ending?.abort();
    if (!panel) return;
    panel = null;
    put(aside);
    body.classList.remove("with-panel");
    setQueries({ task: null });
  }

  let shown = query.tab ?? (model.tasks.length > largeRun ? "tasks" : "graph");
  const look = () => project(model, places, Date.now() / 1000);
  const tabs = tabView("Views of the run", [
    ["graph", "Graph", () => (views.graph = new GraphView(model, select, signal)).element],
    ["timeline", "Timeline", () => (views.timeline = new GanttView(model, select, signal)).element],
    ["tasks", "Tasks", () => (views.tasks = new TaskList(model, select)).element],
    ["why", "Why", () => whyView(model, signal)],
  ], shown, (key) => {
    setQueries({ tab: key });
    shown = key;
    views[key]?.update(projection ??= look());
  });

  const state = h("span", { class: "stream hint", role: "status" });
  function refresh() {
    projection = look();
    put(head, title(model, projection));
    head.querySelector(".heading .titles .note")?.append(state);
    asked.update();
    views[shown]?.update(projection);
    panel?.update();
  }

  put(body, tabs.element, aside);
  put(main, head, asked.element, body);
  refresh();
  if (query.task !== undefined && model.tasks[query.task]) select(Number(query.task));
  main.addEventListener("keydown", (event) => { if (event.key === "Escape") closePanel(); }, { signal });
  model.onChange(refresh);
  if (model.isEnded) return;
  // Bars of what runs grow although nothing happens.
  const clock = setInterval(() => { if (!model.isEnded && !document.hidden) refresh(); }, 2000);
  signal.addEventListener("abort", () => clearInterval(clock));
  model.follow((name) => put(state,
    { live: " · live", reconnecting: " · connecting again …",
    polling: " · no live stream, looking every few seconds" }[name]));
}

function title(model, projection) {
  const { run } = model;
  const begun = seconds(run.submitted);
  const now = Date.now() / 1000;
  const rest = model.isEnded ? null : projection.finish - now;
  return [heading(run.workflow, {
    back: ["#/runs", "Runs"], note: [h("code", {}, run.run), " · ",
      h("time", timeAttributes(run.submitted), `started ${ago(run.submitted)}`)],
    actions: actions(model),
  }), h("div", { class: "run-state" }, pill(run.status), progress(run.counts),
    h("span", {}, model.isEnded ? `took ${duration(run.duration_seconds)}` : `${duration(now - begun)} so far`),
    rest > 1 && model.predictions.size ? h("span", { class: "hint" }, `about ${duration(rest)} to go`) : null)];
}

function actions(model) {
  if (!may("operator")) return [];
  const { run } = model;
  const act = (verb, past) => async (event) => {
    const answer = await attempt(event.target, () => post(`${model.path}/${verb}`, {}), `The run is ${past}`);
    if (!answer) return;
    // The stream of a run that had ended was never opened.
    if (verb === "retry") dispatchEvent(new HashChangeEvent("hashchange"));
    else model.readRun();
  };
  const all = [];
  if (run.status === "running") all.push(button("Pause",
    act("pause", "paused: what runs goes on, nothing new starts")));
  if (run.status === "paused") all.push(button("Resume", act("resume", "going on"), { class: "button primary" }));
  if (!model.isEnded) {
    all.push(button(run.status === "cancelling" ? "Cancel by force" : "Cancel", async (event) => {
      const { target } = event;
      const text = run.status === "cancelling" ? "What still runs is killed without grace."
        : "What runs is stopped, nothing more starts. It can be tried again later.";
      if (await confirm("Cancel this run?", text, "Cancel the run")) act("cancel", "being cancelled")({ target });
    }, { class: "button danger" }));
  }
  if (!model.isEnded) all.push(priorityButton(model));
  if (["failed", "cancelled"].includes(run.status)) all.push(button("Retry", act("retry", "going on"),
    { class: "button primary" }));
  all.push(button("Submit again", () => submitAgain(run.workflow)));
  return all;
}

/// Why the run took as long as it did, and its figures.
function whyView(model, signal) {
  const place = h("div", { class: "why" });
  present(place, signal, async () => {
    const [explanation, metrics] = await Promise.all([
      get(`${model.path}/explanation`, { signal, timeout: 60000 }),
      get(`${model.path}/metrics`, { signal }).catch(() => ({})),
    ]);
    return [h("section", { class: "card" }, h("h2", {}, "In words"), sentences(explanation.text)),
      explanation.critical_chain?.length ? chain(explanation.critical_chain) : null, known(metrics)];
  }, "Asking why");
  return place;
}

/// What the run's time went to, as parts of one bar.
function chain(links) {
  const total = links.reduce((sum, each) => sum + each.wall_seconds, 0) || 1;
  return h("section", { class: "card" }, h("h2", {}, "Where the time went"),
    h("ol", { class: "chain" }, links.map((each) => h("li", {},
      h("span", { class: "name" }, each.task,
        each.attempts > 1 ? h("span", { class: "hint" }, ` ${plural(each.attempts, "attempt")}`) : null),
      h("span", { class: "meter", "aria-hidden": "true" },
        h("span", { vars: { width: `${100 * each.wall_seconds / total}%` } })),
      h("span", { class: "figure" }, `${duration(each.wall_seconds)} · ${percent(each.wall_seconds / total)}`)))));
}

function known(metrics) {
  const rows = [
    ["Makespan", metrics.makespan_seconds, duration], ["CPU time", metrics.cpu_seconds, duration],
    ["Attempts", metrics.attempts, number],
    ["Memory granted", metrics.granted_memory_gigabyte_seconds, (value) => `${number(Math.round(value))} GB s`],
    ["Predictions off by", metrics.duration_error, (value) => percent(value, 1)],
  ].filter(([, value]) => value !== undefined && value !== null);
  return rows.length ? figures(rows.map(([name, value, format]) => [name, format(value)])) : null;
}
