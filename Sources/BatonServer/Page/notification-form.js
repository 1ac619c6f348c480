// The dialog that makes or changes a notification.

import { may, part, send } from "./api.js";
import { button, field, h, put, select } from "./dom.js";
import { dialog, toast } from "./shell.js";
import { line } from "./template-fields.js";

const occasions = [["run.failed", "fails"], ["run.succeeded", "succeeds"], ["run.cancelled", "is cancelled"],
  ["run.failed,run.cancelled", "fails or is cancelled"], ["run.succeeded,run.failed,run.cancelled", "ends in any way"],
  ["run.late", "misses its deadline, or will"], ["approval.waiting", "asks for approval"],
  ["run.failed,run.late,approval.waiting", "needs a person: fails, is late or asks"]];

/// - Parameter notification: the one to be changed; null makes another one.
export function editNotification(notification, done) {
  return dialog(notification ? `Change ${notification.name}` : "Add a notification", (close) =>
    form(notification, () => {
      close();
      done();
    }, () => close()), "wide");
}

function form(notification, saved, cancel) {
  const name = line(notification?.name ?? "", { required: true, maxlength: 100, disabled: Boolean(notification) });
  const chosen = notification?.on.join(",") ?? "run.failed";
  const on = select(occasions.some(([key]) => key === chosen) ? occasions : [...occasions, [chosen, chosen]],
    chosen, () => {});
  const workflow = line(notification?.workflow ?? "");
  const url = line(notification?.webhook?.url ?? "");
  const secret = line(notification?.webhook?.secret_name ?? "");
  // A list of arguments stays one until it is changed.
  const before = typeof notification?.command === "string" ? notification.command
    : JSON.stringify(notification?.command ?? "");
  const script = h("textarea", { rows: 4, spellcheck: "false" });
  script.value = notification?.command ? before : "";
  const forWebhook = [field("URL", url, "Gets the message by POST."),
    field("Secret", secret, "The name of a secret of this server; messages are signed with it. May be empty.")];
  const forCommand = field("Command", script,
    "A script for the shell, or a JSON list of a program and its arguments. It gets the message on its standard input.");
  const choose = () => {
    for (const each of forWebhook) each.hidden = kind.value !== "webhook";
    forCommand.hidden = kind.value !== "command";
  };
  const kinds = [["webhook", "a webhook"], ...(may("admin") ? [["command", "a command on the server"]] : [])];
  const kind = select(kinds, notification?.command ? "command" : "webhook", choose);
  choose();
  const problems = h("div", { class: "problems", role: "alert" });
  const receivers = {
    webhook: () => ({ webhook: { url: url.value.trim(), secret_name: secret.value.trim() || null } }),
    command: () => ({ command: /^\s*\[/.test(script.value) ? JSON.parse(script.value) : script.value }),
  };
  const save = async (event) => {
    event.preventDefault();
    put(problems);
    try {
      await send("PUT", `/notifications/${part(name.value.trim())}`, { on: on.value.split(","),
        workflow: workflow.value.trim() || null, enabled: notification?.enabled ?? true, ...receivers[kind.value]() });
      toast(`${name.value.trim()} is saved`);
      saved();
    } catch (failure) {
      put(problems, h("strong", {}, failure.title ?? "The list is no JSON"), h("p", {}, failure.message));
    }
  };
  return h("form", { onsubmit: save },
    h("div", { class: "grid two" }, field("Name", name), field("When a run", on),
      field("Workflow", workflow, "By its name; empty for all."), field("Tell", kind), forWebhook),
    forCommand, problems,
    h("div", { class: "buttons" }, button("Cancel", cancel),
      h("button", { type: "submit", class: "button primary" }, "Save")));
}
