// All runs: filters, and a list that fetches further pages as it is scrolled.

import { get, may, query } from "./api.js";
import { add, button, h, put, select } from "./dom.js";
import { ago, duration, seconds, timeAttributes } from "./format.js";
import { go, setQueries } from "./router.js";
import { empty, failed, heading, loading } from "./shell.js";
import { isEnded, pill, progress, stateOf } from "./states.js";
import { follow } from "./stream.js";
import { submit } from "./submit.js";
import { debounced, throttled } from "./timing.js";
import { VirtualList } from "./virtual.js";

const statuses = ["running", "paused", "cancelling", "succeeded", "failed", "cancelled"];
const pageSize = 100;

export async function show(main, { query: chosen, signal }) {
  const filters = { status: chosen.status ?? "", workflow: chosen.workflow ?? "", search: chosen.search ?? "" };
  const place = h("div", { class: "fills" });
  const choose = (key) => (value) => {
    filters[key] = value;
    setQueries({ [key]: value });
    table.reload();
  };
  const workflows = select([["", "every workflow"],
    ...(filters.workflow ? [[filters.workflow, filters.workflow]] : [])],
    filters.workflow, choose("workflow"));
  const search = h("input", { type: "search", placeholder: "id or workflow", value: filters.search,
    "aria-label": "Search runs" });
  search.addEventListener("input", debounced(() => choose("search")(search.value.trim())));
  put(main,
    heading("Runs", { actions: may("operator")
      ? button("Submit a workflow", () => submit(), { class: "button primary" }) : null }),
    h("div", { class: "filters" },
      labelled(select([["", "every status"], ...statuses.map((each) => [each, stateOf(each).short])], filters.status,
        choose("status")), "Status"),
      labelled(workflows, "Workflow"), search),
    place);
  const table = runTable({ place, filters, signal, source: (page) => get(`/runs${query(page)}`, { signal }) });
  nameWorkflows(workflows, filters.workflow, signal);
}

/// The runs that `source` has, as a list in `place` that keeps itself fresh.
export function runTable({ place, filters, signal, source }) {
  let cursor = null;
  let isBusy = false;
  let items = [];
  let turn = 0;
  const list = new VirtualList({
    label: "Runs", kind: "runs", row: runRow, href: (run) => `#/runs/${run.run}`,
    onOpen: (run) => go(`#/runs/${run.run}`), onEnd: () => more(),
  });
  const frame = [h("div", { class: "columns runs", "aria-hidden": "true" },
    ["Workflow", "Status", "Progress", "Started", "Took"].map((each) => h("span", {}, each))), list.element];

  async function more() {
    if (isBusy || cursor === null) return;
    await fetchPage(cursor);
  }

  async function fetchPage(from) {
    const mine = turn;
    isBusy = true;
    try {
      const page = await source({ ...filters, cursor: from, limit: pageSize });
      if (mine !== turn || signal.aborted) return;
      items = from ? items.concat(page.runs) : page.runs;
      cursor = page.next_cursor;
      if (!items.length) put(place, nothing(filters));
      else if (!list.element.isConnected) put(place, frame);
      list.setItems(items);
    } catch (problem) {
      if (!signal.aborted && mine === turn) put(place, failed(problem, reload));
    } finally {
      if (mine === turn) isBusy = false;
    }
  }

  function reload() {
    turn += 1;
    isBusy = false;
    cursor = null;
    list.element.remove();
    put(place, loading("Loading runs"));
    return fetchPage("");
  }

  /// Looks at the newest page again and puts what changed in its place.
  async function freshen() {
    const mine = turn;
    const page = await source({ ...filters, limit: pageSize }).catch(() => null);
    if (!page || mine !== turn || signal.aborted) return;
    const known = new Map(items.map((run, index) => [run.run, index]));
    const added = page.runs.filter((run) => !known.has(run.run));
    if (added.length) {
      if (!items.length) return reload();
      items = added.concat(items);
      const { scrollTop } = list.element;
      list.setItems(items);
      if (scrollTop) list.element.scrollTop = scrollTop + added.length * list.height;
      return;
    }
    for (const run of page.runs) {
      const index = known.get(run.run);
      if (JSON.stringify(items[index]) === JSON.stringify(run) && isEnded(run.status)) continue;
      items[index] = run;
      list.update(index);
    }
  }

  const soon = throttled(freshen, 1500);
  reload();
  follow("/events", { signal, onEvent: soon, onState: () => {}, onPoll: soon });
  return { reload };
}

function runRow(run) {
  const took = run.duration_seconds ?? Date.now() / 1000 - seconds(run.submitted);
  return [
    h("span", { class: "name" }, h("strong", {}, run.workflow), h("code", {}, run.run)),
    h("span", { class: "status" }, pill(asks(run) ? "awaiting_approval" : run.status)), progress(run.counts),
    h("time", { class: "when", ...timeAttributes(run.submitted) }, ago(run.submitted)),
    h("span", { class: "took" }, duration(took)),
  ];
}

/// Something in it waits for a person.
const asks = (run) => run.counts.awaiting_approval > 0 && !isEnded(run.status);

function nothing(filters) {
  if (filters.status || filters.search || filters.workflow) {
    return empty("No run is like this", "Choose other filters above.");
  }
  return empty("There are no runs yet", "Submit a workflow here, or with “baton run FILE” on the same data.",
    may("operator") ? button("Submit a workflow", () => submit(), { class: "button primary" }) : null);
}

async function nameWorkflows(control, chosen, signal) {
  const { workflows } = await get("/workflows", { signal }).catch(() => ({ workflows: [] }));
  add(control, workflows.filter((each) => each.name !== chosen).map((each) =>
    h("option", { value: each.name }, each.name)));
}

function labelled(control, label) {
  control.setAttribute("aria-label", label);
  return control;
}
