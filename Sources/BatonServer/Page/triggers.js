// All triggers: what each waits for, and what came of it lately.

import { get, may, part, post, send } from "./api.js";
import { button, h, put } from "./dom.js";
import { firing, keepFresh } from "./firings.js";
import { attempt, confirm, empty, heading, loading } from "./shell.js";
import { pill } from "./states.js";
import { dataTable } from "./table.js";
import { editTrigger } from "./trigger-form.js";

export async function show(main, { signal }) {
  const place = h("div");
  let refresh = () => {};
  const add = () => editTrigger(null, () => refresh());
  put(main, heading("Triggers", {
    note: "What runs when something happens.",
    actions: may("operator") ? button("Add a trigger", add, { class: "button primary" }) : null,
  }), place);
  put(place, loading("Reading the triggers"));
  await keepFresh(place, signal, async () => {
    const { triggers } = await get("/triggers", { signal });
    return { found: triggers, draw: (again) => {
      refresh = again;
      return triggers.length ? list(triggers, again) : nothing(add);
    } };
  });
}

function nothing(add) {
  return empty("There are no triggers",
    "A trigger runs a workflow when a signed request comes, a run of another workflow ends, or a file is new.",
    may("operator") ? button("Add a trigger", add, { class: "button primary" }) : null);
}

function list(triggers, again) {
  const titles = ["Name", "Waits for", "State", "Last, newest first", ...(may("operator") ? [""] : [])];
  return dataTable("Triggers", titles, triggers.map((each) => [
    h("div", {}, h("strong", {}, each.name), h("p", { class: "hint" },
      h("a", { href: `#/workflows/${part(each.workflow_name)}` }, each.workflow_name))),
    cause(each), each.enabled ? "on" : pill("paused"),
    h("div", { class: "pills" }, each.last_firings.map(firing),
      each.waiting > each.last_firings.filter((one) => one.state === "waiting").length
        ? h("span", { class: "hint" }, `${each.waiting} waiting`) : null),
    ...(may("operator") ? [h("div", { class: "actions" }, actions(each, again))] : []),
  ]), { isStacked: true }).element;
}

function cause({ name, webhook, files, run_ended: ended }) {
  if (files) return h("div", {}, "files: ", h("code", {}, files.glob));
  return webhook
    ? h("div", {}, "a request to ", h("code", {}, `/api/v1/hooks/${name}`), h("p", { class: "hint" },
      `signed with ${webhook.secret}`))
    : h("div", {}, "the end of ", h("a", { href: `#/workflows/${part(ended.workflow)}` }, ended.workflow),
      h("p", { class: "hint" }, ended.statuses.join(", ")));
}

function actions(trigger, again) {
  const path = `/triggers/${part(trigger.name)}`;
  const verb = trigger.enabled ? "pause" : "resume";
  const label = (what) => ({ "aria-label": `${what} ${trigger.name}` });
  return [
    button(trigger.enabled ? "Pause" : "Resume", async (event) => {
      await attempt(event.target, () => post(`${path}/${verb}`), `${trigger.name} is ${verb}d`);
      again();
    }, label("Pause or resume")),
    button("Change", async (event) => {
      const known = await attempt(event.target, () => get(path));
      if (known) editTrigger(known, again);
    }, label("Change")),
    button("Remove", async (event) => {
      const isSure = await confirm(`Remove “${trigger.name}”?`, "It starts nothing more. Its runs stay.", "Remove it");
      if (isSure) await attempt(event.target, () => send("DELETE", path), `${trigger.name} is removed`);
      again();
    }, { ...label("Remove"), class: "button danger" }),
  ];
}
