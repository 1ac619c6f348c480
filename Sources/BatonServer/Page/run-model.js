// One run as the page knows it: read once, then kept as it is by the stream of its events.

import { get, part } from "./api.js";
import { seconds } from "./format.js";
import { isEnded } from "./states.js";
import { follow } from "./stream.js";
import { throttled } from "./timing.js";

const taskPage = 10000;
const latest = Number.MAX_SAFE_INTEGER;

export class RunModel {
  constructor(id, signal) {
    this.path = `/runs/${part(id)}`;
    this.signal = signal;
    /// By index: `{index, name, template, isGroup, state, since, started, ended, attempt, parents, children, …}`.
    this.tasks = [];
    this.predictions = new Map();
    this.run = null;
    this.sequence = 0;
    /// Grows with every change; views compare it with what they have drawn.
    this.version = 0;
    this.listeners = new Set();
    this.catchUp = throttled(() => this.#changes(), 700);
    this.readRun = throttled(() => this.#readRun(), 1500);
  }

  get isEnded() { return isEnded(this.run.status); }

  onChange(listener) { this.listeners.add(listener); }

  /// - Parameter onRun: called as soon as the run is known, without its tasks.
  async load(onRun) {
    const options = { signal: this.signal, timeout: 60000 };
    const reading = get(this.path, options);
    if (onRun) reading.then(onRun, () => {});
    const [run, place, graph, tasks, found] = await Promise.all([
      reading, get(`${this.path}/changes?after=${latest}`, options), get(`${this.path}/graph`, options),
      this.#allTasks(options), get(`${this.path}/predictions`, options).catch(() => ({ predictions: [] })),
    ]);
    this.run = run;
    this.sequence = place.sequence;
    this.tasks = tasks.map(taskOf);
    for (const { from, to } of graph.edges) {
      this.tasks[from]?.children.push(to);
      this.tasks[to]?.parents.push(from);
    }
    for (const each of found.predictions) this.predictions.set(each.task, each);
    this.version += 1;
  }

  async #allTasks(options) {
    const all = [];
    let cursor = "0";
    while (cursor !== null) {
      const page = await get(`${this.path}/tasks?limit=${taskPage}&cursor=${cursor}`, options);
      all.push(...page.tasks);
      cursor = page.next_cursor;
    }
    return all;
  }

  /// Keeps up with the run until the page is left.
  follow(onState) {
    return follow(`${this.path}/events`, {
      signal: this.signal, onState,
      onEvent: (event) => this.#take(event),
      onPoll: () => { this.catchUp(); this.readRun(); },
    });
  }

  #take(event) {
    const { data } = event;
    const at = seconds(event.time);
    if (event.type === "baton.task.scheduled") {
      for (const { task, grant } of data.placements) {
        const found = this.tasks[task];
        if (!found) continue;
        Object.assign(found, { state: "running", started: at, ended: null, since: at, grant });
      }
    } else if (event.type === "baton.attempt.ended") {
      const found = this.tasks[data.task];
      if (found) Object.assign(found, { ended: at, usage: data.usage ?? found.usage,
        attempts: Math.max(data.attempt, found.attempts ?? 0) });
    }
    this.readRun();
    this.catchUp();
  }

  async #changes() {
    const changes = await get(`${this.path}/changes?after=${this.sequence}`, { signal: this.signal }).catch(() => null);
    if (!changes) return;
    this.sequence = Math.max(this.sequence, changes.sequence);
    let grew = false;
    for (const each of changes.tasks) {
      const known = this.tasks[each.index];
      if (!known) grew = true;
      else merge(known, each);
    }
    if (grew) await this.load();
    this.#tell();
  }

  async #readRun() {
    const run = await get(this.path, { signal: this.signal }).catch(() => null);
    if (!run) return;
    const before = this.run.status;
    this.run = run;
    if (run.status !== before) this.catchUp();
    this.#tell();
  }

  #tell() {
    if (this.signal.aborted) return;
    this.version += 1;
    for (const listener of this.listeners) listener();
  }
}

function taskOf(json) {
  const { attempt } = json;
  const task = {
    index: json.index, name: json.task, template: json.template, isGroup: json.group, parents: [], children: [],
    started: attempt ? seconds(attempt.started) : null, ended: attempt ? seconds(attempt.ended) : null,
    grant: attempt?.grant, usage: attempt?.usage,
  };
  merge(task, json);
  return task;
}

/// Takes in what changed. What ran unnoticed between two looks has its end at least.
function merge(task, json) {
  Object.assign(task, {
    state: json.state, since: seconds(json.since), priority: json.priority, attempts: json.attempts,
    failure: json.failure, until: json.until, question: json.question,
  });
  if (json.state === "running") {
    if (!task.started || task.ended) Object.assign(task, { started: task.since, ended: null });
  } else if (isEnded(json.state) && task.started && !task.ended) {
    task.ended = task.since;
  }
}
