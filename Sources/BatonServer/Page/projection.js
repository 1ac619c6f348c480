// When each task ran, or is expected to: what is over as measured, the rest as a list schedule of the predictions.
//
// Tasks that wait are placed in the order in which they can begin, on as many places as the machine has cores. It is a
// picture of what is likely, not the plan of the policy.

const unknownSeconds = 1;

/// - Parameter places: tasks that can run at a time.
/// - Returns: by index, `start` and `end` in seconds (NaN where neither is known), `expected` seconds (NaN without a
///   prediction); the `finish`, and the indices on the `critical` chain, first to last.
export function project(model, places, now) {
  const { tasks } = model;
  const count = tasks.length;
  const start = new Float64Array(count).fill(NaN);
  const end = new Float64Array(count).fill(NaN);
  const expected = new Float64Array(count).fill(NaN);
  const isProjected = new Uint8Array(count);
  for (const [index, prediction] of model.predictions) expected[index] = prediction.duration_p50_seconds;
  const typical = typicalSeconds(tasks, now);
  const length = (task) => (task.isGroup ? 0 : expected[task.index] || typical.get(task.template) || typical.any);
  const free = busyPlaces(tasks, places, now, length);

  for (const index of order(tasks)) {
    const task = tasks[index];
    let ready = task.parents.reduce((latest, parent) => Math.max(latest, end[parent] || 0), 0);
    if (task.started && task.ended) {
      [start[index], end[index]] = [task.started, task.ended];
    } else if (task.state === "running" && task.started) {
      start[index] = task.started;
      end[index] = Math.max(now, task.started + length(task));
      isProjected[index] = 1;
    } else if (task.isGroup || ["succeeded", "skipped", "cancelled", "failed"].includes(task.state)) {
      start[index] = end[index] = task.state === "blocked" ? ready : task.since;
    } else if (!model.isEnded) {
      ready = Math.max(ready, now);
      start[index] = Math.max(ready, free.take());
      end[index] = start[index] + length(task);
      free.give(end[index]);
      isProjected[index] = 1;
    }
  }
  const finish = end.reduce((latest, each) => (each > latest ? each : latest), 0);
  return { start, end, expected, isProjected, finish, critical: chain(tasks, end) };
}

/// From the last end back, always to whatever was waited for longest.
function chain(tasks, end) {
  let last = -1;
  for (const task of tasks) {
    if (!task.isGroup && !Number.isNaN(end[task.index]) && (last < 0 || end[task.index] > end[last])) last = task.index;
  }
  const critical = [];
  while (last >= 0) {
    critical.push(last);
    last = tasks[last].parents.reduce((best, parent) => (best < 0 || end[parent] > end[best] ? parent : best), -1);
  }
  return critical.reverse();
}

/// By template, the mean of what is over; where nothing is, what runs has taken so far.
function typicalSeconds(tasks, now) {
  const over = new Map();
  const soFar = new Map();
  const all = [];
  for (const task of tasks) {
    if (!task.started) continue;
    if (!task.ended) {
      soFar.set(task.template, Math.max(soFar.get(task.template) ?? 0, now - task.started));
      continue;
    }
    const [sum, count] = over.get(task.template) ?? [0, 0];
    over.set(task.template, [sum + task.ended - task.started, count + 1]);
    all.push(task.ended - task.started);
  }
  all.sort((a, b) => a - b);
  const typical = new Map([...soFar, ...[...over].map(([template, [sum, count]]) => [template, sum / count])]);
  typical.any = all[all.length >> 1] || unknownSeconds;
  return typical;
}

/// Tasks so that each comes after what it waits for.
export function order(tasks) {
  const waits = Int32Array.from(tasks, (task) => task.parents.length);
  const ready = tasks.filter((task) => !task.parents.length).map((task) => task.index);
  for (let place = 0; place < ready.length; place += 1) {
    for (const child of tasks[ready[place]].children) if ((waits[child] -= 1) === 0) ready.push(child);
  }
  return ready;
}

/// When places become free, as a heap of times.
function busyPlaces(tasks, places, now, length) {
  const heap = [];
  const give = (time) => {
    heap.push(time);
    for (let at = heap.length - 1; at > 0;) {
      const up = (at - 1) >> 1;
      if (heap[up] <= heap[at]) return;
      [heap[up], heap[at]] = [heap[at], heap[up]];
      at = up;
    }
  };
  const take = () => {
    const first = heap[0];
    const last = heap.pop();
    if (heap.length) {
      heap[0] = last;
      for (let at = 0; ;) {
        const left = 2 * at + 1;
        const least = left + 1 < heap.length && heap[left + 1] < heap[left] ? left + 1 : left;
        if (least >= heap.length || heap[least] >= heap[at]) break;
        [heap[least], heap[at]] = [heap[at], heap[least]];
        at = least;
      }
    }
    return first;
  };
  const running = tasks.filter((task) => task.state === "running" && task.started);
  for (const task of running) give(Math.max(now, task.started + length(task)));
  for (let place = running.length; place < Math.max(1, places); place += 1) give(now);
  return { give, take };
}
