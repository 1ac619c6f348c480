// What the graph of a run shows: tasks, and groups of tasks that came from one template, open or closed.

import { order } from "./states.js";

const openMax = 12;
const openTotalMax = 150;

/// Groups that are closed when nobody chose: those with many members, and all of them in a large run.
export function closedAtFirst(tasks) {
  const members = membersOf(tasks);
  const total = tasks.length;
  return new Set([...members].filter(([, each]) => each.length > openMax
    || total > openTotalMax).map(([template]) => template));
}

/// Tasks by the template that made several of them.
export function membersOf(tasks) {
  const all = new Map();
  for (const task of tasks) {
    if (task.isGroup) continue;
    const found = all.get(task.template);
    if (found) found.push(task.index);
    else all.set(task.template, [task.index]);
  }
  return new Map([...all].filter(([, each]) => each.length > 1));
}

/// Nodes for `layered`: a task each, or one for a whole closed group with the task that joins it.
export function graphNodes(tasks, closed) {
  const nodes = [];
  const nodeOf = new Int32Array(tasks.length);
  const groups = new Map();
  const members = membersOf(tasks);
  for (const task of tasks) {
    const isMember = members.has(task.template) && closed.has(task.template);
    if (isMember && groups.has(task.template)) {
      nodeOf[task.index] = groups.get(task.template);
      continue;
    }
    nodeOf[task.index] = nodes.length;
    const node = { parents: [], children: [], task: isMember ? null : task, template: task.template,
      members: isMember ? members.get(task.template) : null, canClose: members.has(task.template) };
    if (isMember) groups.set(task.template, nodes.length);
    nodes.push(node);
  }
  const seen = new Set();
  for (const task of tasks) {
    for (const child of task.children) {
      const [from, to] = [nodeOf[task.index], nodeOf[child]];
      const key = from * nodes.length + to;
      if (from === to || seen.has(key)) continue;
      seen.add(key);
      nodes[from].children.push(to);
      nodes[to].parents.push(from);
    }
  }
  return { nodes: acyclic(nodes), nodeOf };
}

/// Closing a group can make a ring, when its members wait for each other by way of others; edges back are left out
/// then.
function acyclic(nodes) {
  const waits = Int32Array.from(nodes, (node) => node.parents.length);
  const ready = [];
  waits.forEach((count, index) => { if (count === 0) ready.push(index); });
  for (let at = 0; at < ready.length; at += 1) {
    for (const child of nodes[ready[at]].children) if ((waits[child] -= 1) === 0) ready.push(child);
  }
  if (ready.length === nodes.length) return nodes;
  const sorted = new Set(ready);
  for (const [index, node] of nodes.entries()) {
    node.children = node.children.filter((child) => sorted.has(index) || child > index);
    node.parents = node.parents.filter((parent) => sorted.has(parent) || parent < index);
  }
  return nodes;
}

/// How many members are in which state, and the one that says most of them all.
export function summary(tasks, members) {
  const counts = {};
  for (const index of members) counts[tasks[index].state] = (counts[tasks[index].state] ?? 0) + 1;
  const first = ["failed", "running", "awaiting_approval", "backing_off", "ready", "blocked", "cancelled", "skipped",
    "succeeded"];
  return { counts, state: first.find((state) => counts[state]) ?? "blocked",
    parts: order.filter((state) => counts[state]) };
}
