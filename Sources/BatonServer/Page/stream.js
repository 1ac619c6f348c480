// Following events: server-sent events read from a fetch, because an EventSource can't send the Authorization header.
// It goes on after the last event that was read; where streams don't work, the caller is told to poll.

import { Problem, prefix, request } from "./api.js";
import { pause } from "./timing.js";

const patience = 45000;

/// Calls `onEvent` with each CloudEvent until the signal ends it.
///
/// `onState` is told "live", "reconnecting" or "polling"; `onPoll` is called every few seconds in the last.
export async function follow(path, { onEvent, onState, onPoll, signal }) {
  let last = null;
  let failures = 0;
  while (!signal.aborted) {
    const stall = new AbortController();
    const timer = setTimeout(() => stall.abort(), patience);
    try {
      const response = await request("GET", prefix + path, {
        headers: { Accept: "text/event-stream", ...(last && { "Last-Event-ID": last }) },
        signal: AbortSignal.any([signal, stall.signal]), isStream: true,
      });
      clearTimeout(timer);
      onState("live");
      await read(response, stall, (id, data) => {
        failures = 0;
        last = id ?? last;
        onEvent(data);
      });
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof Problem && [401, 403, 404].includes(error.status)) return;
    } finally {
      clearTimeout(timer);
    }
    failures += 1;
    onState(failures > 3 ? "polling" : "reconnecting");
    await pause(Math.min(10000, 500 * 2 ** failures), signal);
    if (!signal.aborted) onPoll();
  }
}

/// Reads a stream to its end. One that is silent for longer than the server's heartbeat allows is given up.
async function read(response, stall, onMessage) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  let timer = setTimeout(() => stall.abort(), patience);
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      clearTimeout(timer);
      timer = setTimeout(() => stall.abort(), patience);
      text += value;
      const messages = text.split(/\r?\n\r?\n/);
      text = messages.pop();
      for (const message of messages) deliver(message, onMessage);
    }
  } finally {
    clearTimeout(timer);
  }
}

function deliver(message, onMessage) {
  let id = null;
  const data = [];
  for (const line of message.split(/\r?\n/)) {
    if (line.startsWith("id:")) id = line.slice(3).trim();
    else if (line.startsWith("data:")) data.push(line.slice(5));
  }
  if (data.length) onMessage(id, JSON.parse(data.join("\n")));
}
