// What came of the times of schedules and of what triggers wait for, kept fresh while it is looked at.

import { h, put } from "./dom.js";
import { timeAttributes } from "./format.js";
import { failed } from "./shell.js";
import { pill, stateOf } from "./states.js";
import { pause } from "./timing.js";

/// Looks every few seconds and draws what has changed; what has the focus keeps it.
///
/// `look` resolves to what was `found` and how to `draw` it, given a function that looks again at once.
export async function keepFresh(place, signal, look) {
  let last = null;
  const refresh = async () => {
    try {
      const { found, draw } = await look();
      const text = JSON.stringify(found);
      if (signal.aborted || text === last) return;
      last = text;
      const focused = place.contains(document.activeElement) ? document.activeElement.getAttribute("aria-label") : null;
      put(place, draw(refresh));
      if (focused) place.querySelector(`[aria-label="${CSS.escape(focused)}"]`)?.focus();
    } catch (problem) {
      last = null;
      if (!signal.aborted) put(place, failed(problem, refresh));
    }
  };
  while (!signal.aborted) {
    if (!document.hidden) await refresh();
    await pause(3000, signal);
  }
}

/// What came of one; leads to its run.
export function firing(each) {
  const state = each.run_status ?? each.state;
  const { title } = timeAttributes(each.time);
  const text = [title, each.reason].filter(Boolean).join(": ");
  return each.run
    ? h("a", { href: `#/runs/${each.run}`, title: text, "aria-label": `${stateOf(state).short}, ${title}` }, pill(state))
    : h("span", { title: text }, pill(state));
}
