// The cluster: what is granted now, how it was used lately, and what is expected of the next hours.

import { get } from "./api.js";
import { h, put, select } from "./dom.js";
import { bytes, cpu, duration, number, percent, plural, round, seconds } from "./format.js";
import { lineChart } from "./chart.js";
import { empty, failed, heading, loading, present } from "./shell.js";
import { pause } from "./timing.js";
import { figures } from "./table.js";

const recentRuns = 20;
const samplesMax = 300;

export async function show(main, { signal }) {
  const now = h("div", { class: "grid" });
  const lately = h("div");
  const forecast = h("div");
  const horizon = select([["600", "10 minutes"], ["3600", "an hour"], ["21600", "6 hours"], ["86400", "a day"]], "3600",
    () => forecastView(forecast, horizon.value, signal));
  horizon.setAttribute("aria-label", "How far to look");
  put(main, heading("Cluster"), now,
    h("section", { class: "card" }, h("h2", {}, "Use over time"), lately),
    h("section", { class: "card" }, h("div", { class: "finding-head" }, h("h2", {}, "Forecast"), horizon), forecast));
  forecastView(forecast, horizon.value, signal);
  await watch(now, lately, signal);
}

/// Looks every two seconds, and adds what it sees to what runs have recorded.
async function watch(now, lately, signal) {
  put(now, loading());
  const recorded = await history(signal).catch(() => []);
  const samples = [];
  while (!signal.aborted) {
    if (!document.hidden) {
      try {
        const cluster = await get("/workers", { signal });
        put(now, current(cluster));
        samples.push(sample(cluster));
        if (samples.length > samplesMax) samples.shift();
        chart(lately, [...recorded, ...samples]);
      } catch (problem) {
        if (!signal.aborted) put(now, failed(problem));
      }
    }
    await pause(2000, signal);
  }
}

async function history(signal) {
  const { runs } = await get(`/runs?limit=${recentRuns}`, { signal });
  const found = await Promise.all(runs.map((run) =>
    get(`/runs/${run.run}/states`, { signal }).catch(() => ({ states: [] }))));
  return found.flatMap((each) => each.states)
    .map((state) => ({ time: seconds(state.at), cpu: state.cpu_utilization, memory: state.memory_utilization }))
    .sort((a, b) => a.time - b.time);
}

function sample({ workers }) {
  const sum = (key, of) => workers.reduce((total, each) => total + (each[key][of] ?? 0), 0);
  const share = (of) => sum("used", of) / (sum("capacity", of) || 1);
  return { time: Date.now() / 1000, cpu: share("cpu"), memory: share("memory_bytes") };
}

function current({ workers, waiting_tasks: waiting, open_runs: open }) {
  return [figures([["Open runs", number(open)],
    ["Running tasks", number(workers.reduce((sum, each) => sum + each.running_tasks, 0))],
    ["Waiting tasks", number(waiting)]]),
    h("div", { class: "grid two" }, workers.map((worker) => h("section", { class: "card" }, h("h2", {}, worker.name),
      meter("CPU", worker.used.cpu ?? 0, worker.capacity.cpu, cpu),
      meter("Memory", worker.used.memory_bytes ?? 0, worker.capacity.memory_bytes, bytes),
      worker.capacity.gpus ? meter("GPUs", worker.used.gpus ?? 0, worker.capacity.gpus, number) : null,
      h("p", { class: "hint" }, `${plural(worker.running_tasks, "task")} running`))))];
}

function meter(name, used, capacity, format) {
  return h("div", { class: "gauge" }, h("span", {}, name),
    h("span", { class: "meter", role: "img", "aria-label": `${name}: ${percent(used / capacity)} granted` },
      h("span", { vars: { width: `${100 * used / capacity}%` } })),
    h("span", { class: "figure" }, `${format(used)} of ${format(capacity)}`));
}

function chart(place, samples) {
  if (samples.length < 2) {
    put(place, loading("Collecting"));
    return;
  }
  put(place, lineChart({
    series: [
      { name: "CPU granted", points: samples.map((each) => [each.time, each.cpu]), isStepped: true },
      { name: "memory granted", points: samples.map((each) => [each.time, each.memory]), isStepped: true },
    ],
    format: percent, ceiling: 1, label: `Use of the cluster: CPU ${percent(samples.at(-1).cpu)}, memory ${percent(samples.at(-1).memory)} now`,
  }));
}

function forecastView(place, horizon, signal) {
  return present(place, signal, async () => {
    try {
      const found = await get(`/forecasts?horizon_seconds=${horizon}`, { signal, timeout: 130000 });
      return forecastCharts(found);
    } catch (problem) {
      if (problem.status !== 422) throw problem;
      return empty("There is too little to go on", problem.message.replace(/^error: /, ""));
    }
  }, "Looking ahead");
}

/// One chart for each thing that is counted: what is expected, and what will be exceeded once in ten.
function forecastCharts(found) {
  const start = typeof found.start === "string" ? Date.parse(`${found.start.replace(" ", "T")}Z`) / 1000 : found.start;
  const times = (values) => values.map((value, index) => [start + index * found.bucket_seconds, value]);
  const names = { runs: ["Runs", number], tasks: ["Tasks", number], cores: ["Cores", (value) => round(value, 3)],
    memory: ["Memory", bytes] };
  return [h("p", { class: "hint" }, `In stretches of ${duration(found.bucket_seconds)}. ${found.notes.join(" ")}`),
    h("div", { class: "grid two" }, Object.entries(found.load).map(([key, load]) => {
      const [name, format] = names[key] ?? [key, number];
      const expected = times(load.p50);
      return h("div", {}, h("h3", {}, name), lineChart({
        series: [{ name: "expected; the band reaches to what is exceeded once in ten", points: expected,
          band: load.p90.map((high, index) => [expected[index][0], load.p50[index], high]) }],
        format, height: 170, label: `${name} expected: ${format(load.p50[0])} at first, ${format(load.p50.at(-1))} at the end`,
      }), h("p", { class: "hint" }, `by ${load.member}, from ${load.past_buckets} stretches`,
        load.coverage_p90 === undefined ? "" : `; the band held in ${percent(load.coverage_p90)} of the past`));
    }))];
}
