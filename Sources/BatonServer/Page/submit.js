// The dialog that starts a run of a workflow: YAML in, a run out, or what is wrong at its line.

import { part, get, prefix, request } from "./api.js";
import { button, field, h, put } from "./dom.js";
import { plural } from "./format.js";
import { go } from "./router.js";
import { dialog } from "./shell.js";

const example = `name: hello
tasks:
  greet:
    matrix: {who: [Ada, Grace, Edsger]}
    run: sleep 1; echo "Hello, \${{ who }}"
  count:
    needs: [greet]
    run: echo "everybody was greeted"
`;

/// - Parameter text: what stands there first; a small example without one.
export function submit(text = example) {
  return dialog("Submit a workflow", (close) => form(text, close), "wide");
}

/// The same with the text of a workflow's file, if the server has it.
export async function submitAgain(workflow) {
  const file = await get(`/workflows/${part(workflow)}/file`).catch(() => null);
  return submit(file?.text ?? example);
}

function form(text, close) {
  const editor = textEditor(text, "Workflow (YAML)");
  const problems = h("div", { class: "problems", role: "alert" });
  const send = button("Start", start, { class: "button primary" });

  async function start() {
    send.disabled = true;
    put(problems);
    editor.mark([]);
    try {
      const response = await request("POST", `${prefix}/runs`, {
        body: editor.text, type: "application/yaml", headers: { "Idempotency-Key": crypto.randomUUID() },
      });
      const run = await response.json();
      close();
      go(`#/runs/${run.run}`);
    } catch (problem) {
      showProblems(problem);
    } finally {
      send.disabled = false;
    }
  }

  function showProblems(problem) {
    const found = problem.problems ?? [];
    editor.mark(found.map((each) => each.line));
    put(problems, h("strong", {}, problem.title ?? "It did not work"),
      found.length ? h("ul", {}, found.map((each) => h("li", {},
        button(`line ${each.line ?? "?"}`, () => editor.reveal(each.line, each.column), { class: "link" }), " ",
        each.message,
        each.hint ? h("span", { class: "hint" }, ` ${each.hint}`) : null))) : h("p", {}, problem.message),
      found.length ? h("p", { class: "hint" }, `${plural(found.length, "problem")} to mend; nothing was started.`)
        : null);
  }

  editor.onSubmit(start);
  return [editor.element, problems, h("div", { class: "buttons" }, h("span", { class: "hint" }, "Ctrl+Enter starts it"),
    button("Cancel", () => close()), send)];
}

/// A text area with numbers at its lines.
export function textEditor(text, label) {
  const numbers = h("div", { class: "numbers", "aria-hidden": "true" });
  const area = h("textarea", { spellcheck: "false", autocapitalize: "off", autocomplete: "off", wrap: "off", rows: 16,
    value: text });
  let marked = new Set();
  const draw = () => {
    const count = area.value.split("\n").length;
    put(numbers, Array.from({ length: count }, (_, index) =>
      h("span", { class: marked.has(index + 1) ? "wrong" : "" },
        marked.has(index + 1) ? `✕ ${index + 1}` : index + 1)));
    numbers.scrollTop = area.scrollTop;
  };
  area.addEventListener("input", draw);
  area.addEventListener("scroll", () => { numbers.scrollTop = area.scrollTop; });
  const box = field(label, area);
  const wrap = h("div", { class: "editor" });
  area.replaceWith(wrap);
  wrap.append(numbers, area);
  draw();
  return {
    element: box,
    get text() { return area.value; },
    set text(value) {
      area.value = value;
      draw();
    },
    mark(lines) {
      marked = new Set(lines);
      area.setAttribute("aria-invalid", String(marked.size > 0));
      draw();
    },
    reveal(line = 1, column = 1) {
      const lines = area.value.split("\n");
      const start = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
      area.focus();
      area.setSelectionRange(start + column - 1, start + (lines[line - 1]?.length ?? 0));
      area.scrollTop = (line - 4) * parseFloat(getComputedStyle(area).lineHeight);
    },
    onSubmit(action) {
      area.addEventListener("keydown", (event) => {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) action();
      });
    },
  };
}
