// Plain tables for what fits on a page or two; on a narrow screen each row becomes a card.

import { h, put } from "./dom.js";

/// - Parameters:
///   - titles: of the columns; one that begins with `#` has figures, set to the right.
///   - rows: lists of nodes or texts.
export function dataTable(label, titles, rows, { isStacked = false } = {}) {
  const names = titles.map((title) => title.replace("#", ""));
  const numeric = titles.map((title) => title.startsWith("#"));
  const body = h("tbody");
  const element = h("div", { class: `table ${isStacked ? "stacked" : ""}`, role: "region", "aria-label": label,
    tabindex: "0" },
    h("table", {}, h("thead", {}, h("tr", {}, names.map((name, index) =>
      h("th", { scope: "col", class: numeric[index] ? "numeric" : "" }, name)))), body));
  const setRows = (all) => put(body, all.map((row) => h("tr", {}, row.map((cell, index) =>
    h("td", { class: numeric[index] ? "numeric" : "", "data-title": names[index] }, cell)))));
  setRows(rows);
  return { element, setRows };
}

/// Names and values, one below the other.
export function facts(entries) {
  return h("dl", { class: "facts" },
    entries.filter(([, value]) => value !== null && value !== undefined && value !== "")
    .map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));
}

/// A few large figures in a row.
export function figures(entries) {
  return h("dl", { class: "figures" }, entries.map(([name, value, note]) =>
    h("div", { class: "card" }, h("dt", {}, name), h("dd", {}, value),
      note ? h("dd", { class: "hint" }, note) : null)));
}
