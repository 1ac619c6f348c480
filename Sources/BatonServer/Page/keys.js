// API keys: who may come in. A key is shown once, when it is made.

import { get, part, post, send } from "./api.js";
import { button, field, h, put, select } from "./dom.js";
import { ago, timeAttributes } from "./format.js";
import { attempt, confirm, dialog, empty, heading, present, toast } from "./shell.js";
import { dataTable } from "./table.js";

const roles = [["viewer", "viewer: reads"], ["operator", "operator: starts and stops runs"],
  ["admin", "admin: also keys and secrets"]];

export async function show(main, { signal }) {
  const place = h("div");
  const load = () => present(place, signal, async () => list(await get("/keys", { signal }), load), "Reading the keys");
  put(main, heading("Keys", {
    note: "Programs and people log in with these.",
    actions: button("Make a key", async () => {
      if (await make()) load();
    }, { class: "button primary" }),
  }), place);
  await load();
}

function list({ keys }, reload) {
  if (!keys.length) return empty("There are no keys", "Make one for each person and program that is to come in.");
  return dataTable("Keys", ["Name", "Role", "Made", "State", ""], keys.map((key) => [
    h("strong", {}, key.name), key.role, h("time", timeAttributes(key.created), ago(key.created)),
    key.revoked ? h("span", { class: "hint" }, `revoked ${ago(key.revoked)}`) : "good",
    key.revoked ? "" : button("Revoke", (event) => revoke(key, event.target, reload),
      { "aria-label": `Revoke the key ${key.name}` }),
  ]), { isStacked: true }).element;
}

async function revoke(key, control, reload) {
  const isSure = await confirm(`Revoke “${key.name}”?`,
    "Whoever uses it is shut out at once, and it can't be taken back.", "Revoke it");
  if (isSure && await attempt(control, () => send("DELETE", `/keys/${part(key.id)}`),
    `${key.name} is revoked`)) reload();
}

function make() {
  return dialog("Make a key", (close) => {
    const name = h("input", { type: "text", maxlength: 100, required: true, autocomplete: "off" });
    const role = select(roles, "viewer", () => {});
    const problem = h("p", { class: "wrong", role: "alert" });
    const box = h("form", { onsubmit: async (event) => {
      event.preventDefault();
      try {
        const made = await post("/keys", { name: name.value.trim(), role: role.value });
        put(box, shown(made, close));
      } catch (failure) {
        put(problem, failure.message);
      }
    } }, field("Name", name, "Whose it is: a person or a program."), field("Role", role), problem,
    h("div", { class: "buttons" }, button("Cancel", () => close()),
      h("button", { class: "button primary" }, "Make it")));
    return box;
  }, "small");
}

function shown(made, close) {
  const copy = button("Copy", async () => {
    await navigator.clipboard.writeText(made.api_key).then(() => toast("Copied"),
      () => toast("Select and copy it by hand", "failed"));
  });
  return [h("p", {}, `The key of ${made.name}. It is shown only now; keep it in a safe place.`),
    h("p", { class: "secret" }, h("code", {}, made.api_key)),
    h("div", { class: "buttons" }, copy, button("Done", () => close(true), { class: "button primary" }))];
}
