// The theme, who is logged in, and how the server is.

import { request, session } from "./api.js";
import { button, field, h, put, select } from "./dom.js";
import { go } from "./router.js";
import { heading, present } from "./shell.js";
import { showKeys } from "./keyboard.js";
import { facts } from "./table.js";
import { setTheme, theme, themes } from "./theme.js";

export async function show(main, { signal }) {
  const server = h("div");
  const { principal } = session;
  put(main, heading("Settings"),
    h("div", { class: "grid two" },
      h("section", { class: "card" }, h("h2", {}, "Appearance"), field("Theme", select(themes, theme(), setTheme)),
        h("p", {}, button("Show the keys of this page", showKeys))),
      h("section", { class: "card" }, h("h2", {}, "You"),
        facts([["Name", principal?.name], ["Role", principal?.role]]),
        principal?.id === "local" ? h("p", { class: "hint" },
          "The server was started with --no-auth: it asks nobody who he is.")
          : button("Log out", () => {
            session.token = null;
            session.principal = null;
            go("#/login");
          }))),
    h("section", { class: "card" }, h("h2", {}, "Server"), server));
  await present(server, signal, async () => {
    const ready = await readiness(signal);
    const document = await request("GET", "/openapi.json", { signal }).then((answer) => answer.json(), () => null);
    return [facts([["State", ready.status],
      ...Object.entries(ready.checks ?? {}).map(([name, state]) => [name, state]),
      ["Interface", document ? `${Object.keys(document.paths).length} paths, OpenAPI ${document.openapi}` : null],
      ["Address", location.origin]]),
    h("p", {}, h("a", { href: "/openapi.json" }, "openapi.json"), " describes every request that a program can make.")];
  });
}

/// 503 is an answer, too.
async function readiness(signal) {
  try {
    return await (await request("GET", "/readyz", { signal })).json();
  } catch (problem) {
    if (problem.status === 503) return { status: "not ready" };
    throw problem;
  }
}
