// States of tasks and runs: one word, one sign and one colour each, the same everywhere. The sign tells them apart
// without
// colour.

import { h } from "./dom.js";

export const states = {
  blocked: { word: "waiting for others", short: "blocked", sign: "○", tone: "blocked" },
  ready: { word: "ready", short: "ready", sign: "◔", tone: "ready" },
  running: { word: "running", short: "running", sign: "▶", tone: "running" },
  awaiting_approval: { word: "waits for an approval", short: "asks", sign: "!", tone: "backing" },
  backing_off: { word: "waits to try again", short: "retry later", sign: "↻", tone: "backing" },
  succeeded: { word: "succeeded", short: "succeeded", sign: "✓", tone: "succeeded" },
  reused: { word: "reused", short: "reused", sign: "✓", tone: "succeeded" },
  failed: { word: "failed", short: "failed", sign: "✕", tone: "failed" },
  skipped: { word: "skipped", short: "skipped", sign: "»", tone: "skipped" },
  cancelled: { word: "cancelled", short: "cancelled", sign: "⊘", tone: "cancelled" },
  stopped: { word: "stopped", short: "stopped", sign: "⊘", tone: "cancelled" },
  lost: { word: "lost", short: "lost", sign: "?", tone: "failed" },
  paused: { word: "paused", short: "paused", sign: "‖", tone: "ready" },
  waiting: { word: "waits to be started", short: "waiting", sign: "◔", tone: "ready" },
  delivered: { word: "delivered", short: "delivered", sign: "✓", tone: "succeeded" },
  refused: { word: "refused", short: "refused", sign: "✕", tone: "failed" },
  cancelling: { word: "cancelling", short: "cancelling", sign: "⊘", tone: "backing" },
};

/// In the order in which bars show them.
export const order = ["succeeded", "running", "awaiting_approval", "backing_off", "ready", "blocked", "failed", "skipped", "cancelled"];

export const isEnded = (status) => ["succeeded", "failed", "cancelled", "skipped"].includes(status);

export const stateOf = (name) => states[name] ?? { word: name, short: name, sign: "•", tone: "blocked" };

/// A sign and a word on the state's colour.
export function pill(name) {
  const state = stateOf(name);
  return h("span", { class: `pill ${state.tone}` }, h("span", { "aria-hidden": "true", class: "sign" }, state.sign),
    state.short);
}

/// How far a run is, as a bar of its tasks' states.
export function progress(counts) {
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const done = ["succeeded", "failed", "skipped", "cancelled"].reduce((sum, key) => sum + (counts[key] ?? 0), 0);
  const label = order.filter((key) => counts[key]).map((key) => `${counts[key]} ${stateOf(key).short}`).join(", ");
  return h("span", { class: "progress" },
    h("span", { class: "track", role: "img", "aria-label": label || "no tasks", title: label },
      order.filter((key) => counts[key]).map((key) =>
        h("span", { class: `part ${stateOf(key).tone}`, vars: { "flex-grow": String(counts[key]) } }))),
    h("span", { class: "figure" }, `${done}/${total}`));
}
