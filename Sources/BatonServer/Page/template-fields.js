// The fields that schedules and triggers have in common: which workflow runs, with which values, and what is wrong with it.

import { field, h, put, select } from "./dom.js";
import { textEditor } from "./submit.js";

/// - Parameter:
///   - from: a schedule or trigger that is changed, or null.
///   - example: a workflow's text where there is none.
///   - most: runs at once where it is not said.
export function templateFields(from, workflows, { example, most }) {
  const atOnce = h("input", { type: "number", min: 1, max: 1000, required: true, value: from?.max_active_runs ?? most });
  const parameters = h("input", { type: "text", autocomplete: "off", spellcheck: "false",
    value: JSON.stringify(from?.parameters ?? {}) });
  const editor = textEditor(text(from?.workflow, example), "Workflow (YAML)");
  const names = [...new Set([from?.workflow_id, ...workflows.map((each) => each.name)].filter(Boolean))];
  const source = select([["", "the text below"], ...names.map((each) => [each, `${each}, its newest revision`])],
    from?.workflow_id ?? "", () => { editor.element.hidden = source.value !== ""; });
  editor.element.hidden = source.value !== "";
  const problems = h("div", { class: "problems", role: "alert" });
  return {
    values: [field("Parameters (JSON)", parameters), field("Runs at once", atOnce)],
    workflow: [field("Workflow", source), editor.element, problems],
    /// Throws where the parameters are no JSON.
    definition: () => ({
      ...(source.value ? { workflow_id: source.value } : { workflow: editor.text }),
      parameters: JSON.parse(parameters.value || "{}"), max_active_runs: Number(atOnce.value),
      directory: from?.directory, enabled: from?.enabled ?? true,
    }),
    /// Shows what the server found wrong; nothing without a failure.
    show(failure) {
      editor.mark((failure?.problems ?? []).map((each) => each.line));
      put(problems, failure
        ? [h("strong", {}, failure.title ?? "The parameters are no JSON"), h("p", {}, failure.message)] : null);
    },
  };
}

function text(workflow, example) {
  if (workflow === undefined) return example;
  return typeof workflow === "string" ? workflow : JSON.stringify(workflow, null, 2);
}

/// A line of text in a form.
export function line(value, more) {
  return h("input", { type: "text", autocomplete: "off", spellcheck: "false", value, ...more });
}
