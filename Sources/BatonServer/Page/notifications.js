// All notifications: who is told what of which runs, and what came of it lately.

import { get, may, part, post, send } from "./api.js";
import { button, h, put } from "./dom.js";
import { keepFresh } from "./firings.js";
import { timeAttributes } from "./format.js";
import { editNotification } from "./notification-form.js";
import { attempt, confirm, empty, heading, loading, toast } from "./shell.js";
import { pill, stateOf } from "./states.js";
import { dataTable } from "./table.js";

export async function show(main, { signal }) {
  const place = h("div");
  let refresh = () => {};
  const add = () => editNotification(null, () => refresh());
  put(main, heading("Notifications", {
    note: "Who is told what becomes of runs.",
    actions: may("operator") ? button("Add a notification", add, { class: "button primary" }) : null,
  }), place);
  put(place, loading("Reading the notifications"));
  await keepFresh(place, signal, async () => {
    const { notifications } = await get("/notifications", { signal });
    return { found: notifications, draw: (again) => {
      refresh = again;
      return notifications.length ? list(notifications, again) : nothing(add);
    } };
  });
}

function nothing(add) {
  return empty("There are no notifications",
    "A notification tells a webhook, or runs a command that sends a mail, when a run ends, is late or asks for approval.",
    may("operator") ? button("Add a notification", add, { class: "button primary" }) : null);
}

function list(notifications, again) {
  const titles = ["Name", "Tells", "Of", "State", "Last, newest first", ...(may("operator") ? [""] : [])];
  return dataTable("Notifications", titles, notifications.map((each) => [
    h("strong", {}, each.name), receiver(each), occasions(each), each.enabled ? "on" : pill("paused"),
    h("div", { class: "pills" }, each.last_deliveries.map(delivery),
      each.waiting > each.last_deliveries.filter((one) => one.state === "waiting").length
        ? h("span", { class: "hint" }, `${each.waiting} waiting`) : null),
    ...(may("operator") ? [h("div", { class: "actions" }, actions(each, again))] : []),
  ]), { isStacked: true }).element;
}

function receiver({ webhook, command }) {
  if (!webhook) return h("div", {}, "the command ", h("code", {}, [command].flat().join(" ")));
  return h("div", {}, h("code", {}, webhook.url), h("p", { class: "hint" },
    webhook.secret_name ? `signed with ${webhook.secret_name}` : "not signed"));
}

function occasions({ on, workflow }) {
  const words = on.map((each) => each === "approval.waiting" ? "asking for approval" : each.replace("run.", ""));
  return h("div", {}, words.join(", "), h("p", { class: "hint" },
    workflow ? h("a", { href: `#/workflows/${part(workflow)}` }, workflow) : "all workflows"));
}

/// What came of one; leads to the run that was told of.
function delivery(each) {
  const { title } = timeAttributes(each.time);
  const text = [`${each.event} of ${each.workflow}, ${title}`, each.reason].filter(Boolean).join(": ");
  return h("a", { href: `#/runs/${each.run}`, title: text, "aria-label": `${stateOf(each.state).short}, ${text}` },
    pill(each.state));
}

function actions(notification, again) {
  const path = `/notifications/${part(notification.name)}`;
  const verb = notification.enabled ? "pause" : "resume";
  const label = (what) => ({ "aria-label": `${what} ${notification.name}` });
  return [
    button("Test", async (event) => {
      const answer = await attempt(event.target, () => post(`${path}/test`));
      if (answer) told(notification.name, answer);
    }, label("Test")),
    button(notification.enabled ? "Pause" : "Resume", async (event) => {
      await attempt(event.target, () => post(`${path}/${verb}`), `${notification.name} is ${verb}d`);
      again();
    }, label("Pause or resume")),
    notification.webhook || may("admin") ? button("Change", async (event) => {
      const known = await attempt(event.target, () => get(path));
      if (known) editNotification(known, again);
    }, label("Change")) : null,
    button("Remove", async (event) => {
      const isSure = await confirm(`Remove “${notification.name}”?`, "Nobody is told any more, of what waits neither.",
        "Remove it");
      if (isSure) await attempt(event.target, () => send("DELETE", path), `${notification.name} is removed`);
      again();
    }, { ...label("Remove"), class: "button danger" }),
  ];
}

function told(name, { state, reason, output }) {
  if (state === "delivered") toast(`${name} was told`);
  else toast([`${name} was not told`, reason, output].filter(Boolean).join(": "), "failed");
}
