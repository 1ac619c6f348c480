// What is done with a schedule at a click.

import { part, post, request, prefix, send } from "./api.js";
import { button } from "./dom.js";
import { attempt, confirm, toast } from "./shell.js";

const path = (schedule) => `/schedules/${part(schedule.name)}`;

export function runButton(schedule, done) {
  return button("Run now", async (event) => {
    const answer = await attempt(event.target, async () => {
      const response = await request("POST", `${prefix}${path(schedule)}/run`,
        { headers: { "Idempotency-Key": crypto.randomUUID() } });
      return response.json();
    });
    if (answer) toast(answer.run ? `${schedule.name} runs` : `${schedule.name} runs as soon as there is room`);
    done();
  }, { "aria-label": `Run ${schedule.name} now` });
}

export function pauseButton(schedule, done) {
  const verb = schedule.enabled ? "pause" : "resume";
  return button(schedule.enabled ? "Pause" : "Resume", async (event) => {
    await attempt(event.target, () => post(`${path(schedule)}/${verb}`), `${schedule.name} is ${verb}d`);
    done();
  }, { "aria-label": `Pause or resume ${schedule.name}` });
}

export async function removeSchedule(schedule, control, done) {
  const isSure = await confirm(`Remove “${schedule.name}”?`,
    "It starts nothing more, and what came of its times is forgotten. Its runs stay.", "Remove it");
  if (isSure && await attempt(control, () => send("DELETE", path(schedule)), `${schedule.name} is removed`)) done();
}

export async function cancelBackfill(schedule, backfill, control, done) {
  await attempt(control, () => send("DELETE", `${path(schedule)}/backfills/${part(backfill.backfill)}`),
    "What was not started yet is left out");
  done();
}
