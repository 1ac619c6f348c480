// Light or dark: as the system says, unless somebody chose. It runs before the rest so that nothing flashes.

const key = "baton.theme";

export const themes = [["system", "As the system"], ["light", "Light"], ["dark", "Dark"]];

export function theme() {
  return localStorage.getItem(key) ?? "system";
}

export function setTheme(name) {
  if (name === "system") localStorage.removeItem(key);
  else localStorage.setItem(key, name);
  apply();
}

/// Calls back whenever colours change; canvases must be drawn again then.
export function onThemeChange(callback, signal) {
  addEventListener("themechange", callback, { signal });
}

/// The value of one of the colours in base.css.
export function color(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

function apply() {
  const chosen = theme();
  if (chosen === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = chosen;
  dispatchEvent(new Event("themechange"));
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => dispatchEvent(new Event("themechange")));
apply();
