// Tabs: one is shown, arrow keys move between them, and each makes its content when it is first looked at.

import { freshID, h, put } from "./dom.js";

/// - Parameters:
///   - tabs: `[key, title, make]`; `make()` returns an element.
///   - onChange: called with the key of the tab that is shown.
export function tabView(label, tabs, first, onChange) {
  const stem = freshID("tab");
  const made = new Map();
  const panel = h("div", { class: "tab-panel", role: "tabpanel", id: `${stem}-panel`, tabindex: "-1" });
  const buttons = tabs.map(([key, title]) => h("button", {
    type: "button", role: "tab", id: `${stem}-${key}`, "aria-controls": panel.id, onclick: () => open(key),
  }, title));
  const list = h("div", { class: "tabs", role: "tablist", "aria-label": label, onkeydown: press }, buttons);

  function open(key) {
    tabs.forEach(([each], index) => {
      buttons[index].setAttribute("aria-selected", String(each === key));
      buttons[index].tabIndex = each === key ? 0 : -1;
    });
    const make = tabs.find(([each]) => each === key)[2];
    if (!made.has(key)) made.set(key, make());
    panel.setAttribute("aria-labelledby", `${stem}-${key}`);
    put(panel, made.get(key));
    onChange?.(key);
  }

  function press(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const place = (buttons.indexOf(event.target) + step + buttons.length) % buttons.length;
    buttons[place].focus();
    open(tabs[place][0]);
    event.preventDefault();
  }

  open(tabs.some(([key]) => key === first) ? first : tabs[0][0]);
  return { element: h("div", { class: "tab-view" }, list, panel), open };
}
