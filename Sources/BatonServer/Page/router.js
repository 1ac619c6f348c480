// Addresses within the page: `#/runs/ID?tab=graph`. Each page gets a signal that ends when it is left.

const pages = [];
let controller = null;
let frame = null;
let shown = null;

/// `path` has `:names`; `load` imports the module, whose `show(main, route)` makes the page.
export function page(path, title, load) {
  pages.push({ pattern: path.split("/").filter(Boolean), title, load });
}

export function start(into) {
  frame = into;
  // The address may have been changed before anybody listened: what is shown already is not drawn again.
  addEventListener("hashchange", () => location.hash !== shown && visit());
  visit();
}

export function go(hash) {
  if (location.hash === hash) visit();
  else location.hash = hash;
}

/// The query of the address; changing it leaves the page as it is.
export function queries() {
  return Object.fromEntries(new URLSearchParams(location.hash.split("?")[1] ?? ""));
}

export function setQueries(values) {
  const all = Object.entries({ ...queries(), ...values }).filter(([, value]) => value !== "" && value !== null);
  const text = new URLSearchParams(all).toString();
  history.replaceState(null, "", location.hash.split("?")[0] + (text ? `?${text}` : ""));
}

const wantedKey = "baton.wanted";

/// The page to come back to after a log-in, also when the log-in was loaded anew.
export const wanted = {
  get hash() { return sessionStorage.getItem(wantedKey); },
  set hash(value) {
    if (value) sessionStorage.setItem(wantedKey, value);
    else sessionStorage.removeItem(wantedKey);
  },
};

async function visit() {
  // Whoever asks for a page before there is a frame gets it when there is one.
  if (!frame) return;
  // The skip link names an element, not a page.
  if (location.hash === "#main") {
    document.getElementById("main")?.focus();
    return;
  }
  shown = location.hash;
  const segments = (location.hash.slice(1).split("?")[0] || "/runs").split("/").filter(Boolean).map(decodeURIComponent);
  controller?.abort();
  controller = new AbortController();
  const { signal } = controller;
  const found = match(segments.length ? segments : ["runs"]);
  const main = frame(found.page, segments[0] ?? "runs");
  document.title = `${found.page.title} · Baton`;
  const module = await found.page.load();
  if (signal.aborted) return;
  await module.show(main, { ...found.values, query: queries(), signal });
}

function match(segments) {
  for (const page of pages) {
    if (page.pattern.length !== segments.length) continue;
    const values = {};
    const fits = page.pattern.every((each, index) => {
      if (each.startsWith(":")) values[each.slice(1)] = segments[index];
      return each.startsWith(":") || each === segments[index];
    });
    if (fits) return { page, values };
  }
  return { page: pages[0], values: {} };
}
