// Where the page begins: its pages, who is looking at it, and the first view.

import { get, onUnauthorized, session } from "./api.js";
import { go, page, start, wanted } from "./router.js";
import { put } from "./dom.js";
import { frame, loading, toast } from "./shell.js";
import "./keyboard.js";

page("/runs", "Runs", () => import("./runs.js"));
page("/runs/:run", "Run", () => import("./run.js"));
page("/workflows", "Workflows", () => import("./workflows.js"));
page("/workflows/:workflow", "Workflow", () => import("./workflow.js"));
page("/schedules", "Schedules", () => import("./schedules.js"));
page("/schedules/:schedule", "Schedule", () => import("./schedule.js"));
page("/triggers", "Triggers", () => import("./triggers.js"));
page("/notifications", "Notifications", () => import("./notifications.js"));
page("/analyze", "Analyse", () => import("./analyze.js"));
page("/cluster", "Cluster", () => import("./cluster.js"));
page("/policies", "Policies", () => import("./policies.js"));
page("/models", "Models", () => import("./models.js"));
page("/audit", "Audit log", () => import("./audit.js"));
page("/keys", "Keys", () => import("./keys.js"));
page("/settings", "Settings", () => import("./settings.js"));
page("/login", "Log in", () => import("./login.js"));

function toLogin() {
  session.token = null;
  session.principal = null;
  // Drawn once: a key may have been typed in already.
  if (location.hash.startsWith("#/login")) return;
  wanted.hash = location.hash;
  go("#/login");
}

addEventListener("unhandledrejection", (event) => {
  // A request that was given up because its page was left is no failure.
  if (event.reason?.name === "AbortError") event.preventDefault();
  else toast(event.reason?.message ?? "Something went wrong", "failed");
});

onUnauthorized(toLogin);
put(document.getElementById("shell"), loading("Connecting"));
try {
  session.principal = await get("/auth/me");
} catch (problem) {
  if (problem.status !== 401) toast(problem.message, "failed");
}
start(frame);
