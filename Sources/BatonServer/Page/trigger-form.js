// The dialog that makes or changes a trigger.

import { get, part, send } from "./api.js";
import { button, field, h, select } from "./dom.js";
import { dialog, toast } from "./shell.js";
import { line, templateFields } from "./template-fields.js";

const example = `name: deploy
params: {body: {type: string, default: ""}, run: {type: string, default: ""}, path: {type: string, default: ""}}
tasks:
  tell:
    env: {BODY: "\${{ params.body }}", RUN: "\${{ params.run }}", FILE: "\${{ params.path }}"}
    run: echo "$BODY$RUN$FILE"
`;
const kinds = [["run_ended", "a run of a workflow ends"], ["webhook", "a signed request comes"],
  ["files", "a file is new or has changed"]];
const endings = [["succeeded", "succeeded"], ["failed", "failed"], ["cancelled", "cancelled"],
  ["succeeded,failed,cancelled", "in any way"]];

/// - Parameter trigger: the one to be changed; null makes another one.
export async function editTrigger(trigger, done) {
  const { workflows } = await get("/workflows").catch(() => ({ workflows: [] }));
  return dialog(trigger ? `Change ${trigger.name}` : "Add a trigger", (close) => form(trigger, workflows, () => {
    close();
    done();
  }, () => close()), "wide");
}

function form(trigger, workflows, saved, cancel) {
  const name = line(trigger?.name ?? "", { required: true, maxlength: 100, disabled: Boolean(trigger) });
  const secret = line(trigger?.webhook?.secret ?? "");
  const watched = line(trigger?.run_ended?.workflow ?? "");
  const chosen = trigger?.run_ended?.statuses.join(",") ?? "succeeded";
  const statuses = select(endings.some(([key]) => key === chosen) ? endings : [...endings, [chosen, chosen]], chosen,
    () => {});
  const forWebhook = field("Secret", secret, "The name of a secret of this server; requests are signed with it.");
  const forEnd = [field("Workflow that ends", watched, "By its name."), field("How it ends", statuses)];
  const glob = line(trigger?.files?.glob ?? "");
  const forFiles = field("Files", glob, "An absolute path on the server, such as /data/in/*.csv.");
  const choose = () => {
    forWebhook.hidden = kind.value !== "webhook";
    for (const each of forEnd) each.hidden = kind.value !== "run_ended";
    forFiles.hidden = kind.value !== "files";
  };
  const kind = select(kinds, kinds.map(([key]) => key).find((key) => trigger?.[key]) ?? "run_ended", choose);
  choose();
  const template = templateFields(trigger, workflows, { example, most: 10 });
  const causes = {
    webhook: () => ({ secret: secret.value.trim() }),
    run_ended: () => ({ workflow: watched.value.trim(), statuses: statuses.value.split(",") }),
    files: () => ({ glob: glob.value.trim() }),
  };
  const cause = () => ({ [kind.value]: { ...trigger?.[kind.value], ...causes[kind.value]() } });
  const save = async (event) => {
    event.preventDefault();
    template.show(null);
    try {
      await send("PUT", `/triggers/${part(name.value.trim())}`, { ...template.definition(), ...cause() });
      toast(`${name.value.trim()} is saved`);
      saved();
    } catch (failure) {
      template.show(failure);
    }
  };
  return h("form", { onsubmit: save },
    h("div", { class: "grid two" }, field("Name", name), field("When", kind), forWebhook, forEnd, forFiles,
      template.values),
    template.workflow,
    h("div", { class: "buttons" }, button("Cancel", cancel),
      h("button", { type: "submit", class: "button primary" }, "Save")));
}
