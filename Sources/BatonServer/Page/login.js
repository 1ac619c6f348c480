// Logging in: an API key for a token, which this tab keeps until it is closed.

import { get, post, session } from "./api.js";
import { field, h, put } from "./dom.js";
import { go, wanted } from "./router.js";

export async function show(main) {
  const key = h("input", { type: "password", autocomplete: "current-password", spellcheck: "false", required: true,
    placeholder: "baton_…" });
  const problem = h("p", { class: "wrong", role: "alert" });
  const enter = h("button", { class: "button primary wide" }, "Log in");
  const form = h("form", { class: "card login", onsubmit: logIn },
    h("img", { src: "/assets/icon.svg", alt: "", width: 48, height: 48 }), h("h1", {}, "Baton"),
    field("API key", key, "The first start of “baton serve” prints one; an administrator makes more."), problem, enter);
  put(main, form);
  key.focus();

  async function logIn(event) {
    event.preventDefault();
    enter.disabled = true;
    put(problem);
    try {
      const answer = await post("/auth/token", { api_key: key.value.trim() });
      session.token = answer.access_token;
      session.principal = await get("/auth/me");
      go(wanted.hash || "#/runs");
      wanted.hash = null;
    } catch (failure) {
      put(problem, failure.message);
      key.select();
    } finally {
      enter.disabled = false;
    }
  }
}
