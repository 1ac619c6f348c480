// What the optimiser finds in a workflow: where the time goes, what could be better, and what each cure gains.

import { may, post } from "./api.js";
import { button, h, put } from "./dom.js";
import { duration, percent, signedPercent } from "./format.js";
import { diffView } from "./diff.js";
import { attempt, dialog, empty, present } from "./shell.js";
import { submit } from "./submit.js";
import { figures } from "./table.js";

const patience = 130000;

/// - Parameters:
///   - text: of the workflow.
///   - workflow, path: its name and its file on the server, which can be changed; without them the new text is only
///   shown.
export function analysisView(text, { workflow, path, signal }) {
  const place = h("div", { class: "grid" });
  put(place, h("section", { class: "card" },
    h("p", {}, "The optimiser looks for what holds the workflow back, and simulates each cure before it is proposed."),
    h("details", {}, h("summary", {}, path), h("pre", { class: "code", tabindex: "0" }, text)),
    button("Analyse", () => analyse(place, text, { workflow, signal }), { class: "button primary" })));
  return place;
}

/// Fills the place with what is found.
export function analyse(place, text, { workflow, signal }) {
  return present(place, signal, async () => {
    const found = await post("/optimization/analyze", { workflow: text }, { signal, timeout: patience });
    return view(found, text, workflow, signal);
  }, "Analysing");
}

function view(found, text, workflow, signal) {
  return [
    figures([
      ["Critical path", duration(found.critical_path_seconds), found.critical_path.slice(0, 6).join(" › ")],
      ["Held back by", words(found.pace[0]?.of), duration(found.pace[0]?.seconds)],
      ["Cores worth having", found.speed_up?.knee ?? "–",
        found.speed_up ? `${percent(found.speed_up.serial_share)} can't be shared out` : null],
    ]),
    loadCard(found),
    bottlenecks(found),
    h("h2", {}, "Findings"),
    found.findings.length ? found.findings.map((each) => findingCard(each, text, workflow, signal))
      : empty("Nothing is worth a change", "The workflow is as good as the optimiser can make it."),
    found.assumptions?.length ? h("p", { class: "hint" }, `Assumed: ${found.assumptions.join(" ")}`) : null,
  ];
}

// What goes on now, and what it would do to the workflow.
function loadCard({ load, bottlenecks = [] }) {
  const times = load?.completion_seconds;
  if (!times) return null;
  const name = (id) => load.runs.find((each) => each.run === id)?.workflow ?? id;
  const plural = (count, noun) => `${count} ${noun}${count === 1 ? "" : "s"}`;
  return h("section", { class: "card" }, h("h2", {}, "Beside what runs now"),
    h("p", {}, `${plural(load.open_runs, "open run")}, ${plural(load.running_tasks, "task")} running and ` +
      `${load.waiting_tasks} waiting. Submitted now it would end in about ${duration(times.beside.p50)} ` +
      `(P90 ${duration(times.beside.p90)}), alone in ${duration(times.alone.p50)} (P90 ${duration(times.alone.p90)}).`),
    bottlenecks.filter((each) => each.runs).map((each) => h("p", {},
      `${each.tasks.slice(0, 3).join(", ")} would wait ${duration(each.wait_seconds)} for ${words(each.cause)}, held by ` +
      `${each.runs.slice(0, 3).map(name).join(", ")}; that is over in about ${duration(each.until_seconds.p50)}.`)));
}

function bottlenecks({ bottlenecks }) {
  const all = (bottlenecks ?? []).filter((each) => each.criticality !== undefined);
  if (!all.length) return null;
  return h("section", { class: "card" }, h("h2", {}, "What the time goes to"),
    h("ol", { class: "chain" }, all.slice(0, 8).map((each) =>
    h("li", {}, h("span", { class: "name" }, each.tasks.slice(0, 3).join(", "),
      each.tasks.length > 3 ? ` and ${each.tasks.length - 3} more` : ""),
      h("span", { class: "meter", "aria-hidden": "true" },
        h("span", { vars: { width: percent(Math.min(1, each.share_of_critical_path)).replace(" ", "") } })),
      h("span", { class: "figure" }, `${percent(each.share_of_critical_path)} of the path`)))));
}

function findingCard(finding, text, workflow, signal) {
  const gains = [["time", finding.expected?.completion_time_reduction],
    ["resources", finding.expected?.resource_usage_reduction],
    ["cost", finding.expected?.cost_reduction]].filter(([, gain]) => gain);
  return h("section", { class: `card finding ${finding.verdict === "worth_it" ? "good" : ""}` },
    h("div", { class: "finding-head" }, h("h3", {}, words(finding.kind), ": ", finding.tasks.slice(0, 3).join(", "),
      finding.tasks.length > 3 ? ` and ${finding.tasks.length - 3} more` : ""),
        h("span", { class: "tag" }, words(finding.verdict))),
    finding.evidence.map((each) => h("p", {}, each)),
    finding.rewrite ? h("p", {}, h("strong", {}, finding.rewrite)) : null,
    h("ul", { class: "gains" }, gains.map(([name, { mean, ci95 }]) =>
      h("li", {}, h("strong", {}, signedPercent(-mean)), ` ${name} `,
        ci95[0] === ci95[1] ? null : h("span", { class: "hint" },
          `${signedPercent(-ci95[1])} to ${signedPercent(-ci95[0])}`)))),
    h("p", { class: "hint" }, `risk: ${finding.risk ?? "unknown"}`,
      finding.preserves ? ` · keeps ${finding.preserves}` : ""),
    finding.permission ? h("p", { class: "hint" },
      `It needs a permission that nothing can prove safe: baton optimize --apply ${finding.id} --allow ${finding.permission}`)
      : ["advice", "refused"].includes(finding.verdict) ? null
        : button("Show the change", (event) => showChange(event.target, finding, text, workflow, signal)));
}

async function showChange(control, finding, text, workflow, signal) {
  const preview = await attempt(control, () =>
    post("/optimization/analyze", { workflow: text, optimizations: [finding.id] }, { signal, timeout: patience }));
  if (!preview) return;
  const after = preview.revision?.text_after;
  if (!after) {
    dialog("No change", () => h("p", {}, "This finding is advice; only a person can follow it."), "small");
    return;
  }
  dialog(words(finding.kind), (close) => [diffView(text, after), h("div", { class: "buttons" },
    button("Close", () => close()),
    may("operator") ? button("Submit the new text", () => {
      close();
      submit(after);
    }) : null,
    workflow && may("operator") ? button("Apply", async (event) => {
      const done = await attempt(event.target,
        () => post("/optimization/apply", { workflow_id: workflow, optimizations: [finding.id] },
        { timeout: patience, signal }),
          "Applied: the file is changed, and the next runs are compared with those before");
      if (done) {
        close();
        dispatchEvent(new HashChangeEvent("hashchange"));
      }
    }, { class: "button primary" }) : null)], "wide");
}

function words(name) {
  return String(name ?? "–").replaceAll(/[-_]/g, " ").replace(/^./, (first) => first.toUpperCase());
}
