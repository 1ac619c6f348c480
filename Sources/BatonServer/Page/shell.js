// The frame around every page: navigation, messages, and the states that all pages have: loading, empty, failed.

import { may, session } from "./api.js";
import { button, h, put, svg } from "./dom.js";

const sections = [
  ["runs", "Runs", "M5 4.5v11l9-5.5z"],
  ["workflows", "Workflows", "M3 3h5v4H3zM12 8h5v4h-5zM3 13h5v4H3zM8 5h2.5v5H12M8 15h2.5v-5"],
  ["schedules", "Schedules", "M10 3a7 7 0 1 0 .01 0M10 6v4l3 2"],
  ["triggers", "Triggers", "M11 3l-6 8h4l-1 6 6-8h-4z"],
  ["notifications", "Notifications", "M5 13V9a5 5 0 0 1 10 0v4l1.5 2h-13zM8.5 17.5h3"],
  ["cluster", "Cluster", "M3 4h14v4H3zM3 12h14v4H3zM6 6h.5M6 14h.5"],
  ["policies", "Policies", "M10 3v14M4 17h12M4 6h12M4 6l-2 5h4zM16 6l-2 5h4z"],
  ["models", "Models", "M3 16c3 0 4-11 7-11s4 11 7 11M3 17h14"],
  ["audit", "Audit log", "M5 3h10v14H5zM7.5 7h5M7.5 10h5M7.5 13h3", "admin"],
  ["keys", "Keys", "M7 13a3.5 3.5 0 1 1 3-3.5l7 .5v3h-2.5v-2", "admin"],
  ["settings", "Settings", "M3 6h8M15 6h2M11 4v4M3 14h2M9 14h8M6 12v4"],
];

const toastsMax = 3;

/// Draws the frame for a page and returns where its content goes.
export function frame(page, section) {
  const shell = document.getElementById("shell");
  const isBare = section === "login";
  const main = h("main", { id: "main", tabindex: "-1", class: isBare ? "bare" : "" });
  put(shell, isBare ? null : navigation(section), main);
  shell.classList.toggle("framed", !isBare);
  // On a phone the sections are a row that scrolls.
  shell.querySelector("[aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });
  return main;
}

function navigation(current) {
  const isOpen = session.principal?.id === "local";
  return h("header", { class: "side" },
    h("a", { class: "brand", href: "#/runs" }, h("img", { src: "/assets/icon.svg", alt: "", width: 28, height: 28 }),
      "Baton"),
    h("nav", { "aria-label": "Sections" },
      sections.filter(([, , , role]) => !role || may(role)).map(([name, title, path]) =>
        h("a", { href: `#/${name}`, "aria-current": name === current ? "page" : null },
          svg("svg", { viewBox: "0 0 20 20", "aria-hidden": "true", class: "icon" }, svg("path", { d: path })),
          title))),
    h("p", { class: "who" }, session.principal
      ? (isOpen ? "no log-in needed" : `${session.principal.name} · ${session.principal.role}`) : ""));
}

/// The heading of a page, with what can be done there.
export function heading(title, { note, actions = [], back } = {}) {
  return h("div", { class: "heading" },
    h("div", { class: "titles" },
      back ? h("a", { class: "back", href: back[0] }, `‹ ${back[1]}`) : null, h("h1", {}, title),
      note ? h("p", { class: "note" }, note) : null),
    h("div", { class: "actions" }, actions));
}

export function loading(what = "Loading") {
  return h("div", { class: "loading", role: "status" }, h("span", { class: "spinner", "aria-hidden": "true" }),
    `${what} …`);
}

/// Nothing is there; says what to do about it.
export function empty(title, hint, action) {
  return h("div", { class: "empty" }, h("h2", {}, title), h("p", {}, hint), action);
}

export function failed(problem, again) {
  return h("div", { class: "problem", role: "alert" },
    h("strong", {}, problem.title ?? "Something went wrong"), h("p", {}, problem.message),
    again ? button("Try again", again) : null);
}

/// Shows what `load` finds in `place`, with its loading and failed states; nothing once the page was left.
export async function present(place, signal, load, what) {
  put(place, loading(what));
  try {
    const content = await load();
    if (!signal.aborted) put(place, content);
  } catch (problem) {
    if (!signal.aborted) put(place, failed(problem, () => present(place, signal, load, what)));
  }
}

/// A message that goes away by itself.
export function toast(text, tone = "") {
  const message = h("div", { class: `toast ${tone}` }, text);
  const toasts = document.getElementById("toasts");
  toasts.append(message);
  if (toasts.children.length > toastsMax) toasts.firstChild.remove();
  setTimeout(() => message.remove(), 6000);
}

/// Does something that a button asked for; says what came of it.
export async function attempt(control, work, success) {
  control.disabled = true;
  try {
    const answer = await work();
    if (success) toast(success);
    return answer;
  } catch (problem) {
    toast(problem.message, "failed");
    return null;
  } finally {
    control.disabled = false;
  }
}

/// A dialog; resolves when it is closed. `content` gets a function that closes it with a value.
export function dialog(title, content, kind = "") {
  return new Promise((resolve) => {
    let answer = null;
    const box = h("dialog", { class: kind, "aria-label": title, onclose: () => {
      box.remove();
      resolve(answer);
    } });
    const close = (value = null) => {
      answer = value;
      box.close();
    };
    put(box, h("div", { class: "dialog-head" }, h("h2", {}, title),
      button("✕", () => close(), { class: "plain", "aria-label": "Close" })), content(close));
    document.body.append(box);
    box.showModal();
  });
}

/// Asks before something that can't be taken back.
export function confirm(title, text, verb) {
  return dialog(title, (close) => [h("p", {}, text), h("div", { class: "buttons" },
    button("Leave it", () => close(false)), button(verb, () => close(true), { class: "button danger" }))], "small");
}
