// Figures, sizes and times as people read them.

const units = [["d", 86400], ["h", 3600], ["m", 60]];

/// `1.2 s`, `3 m 20 s`, `2 h 5 m`.
export function duration(seconds) {
  if (seconds === null || seconds === undefined || !isFinite(seconds)) return "–";
  if (seconds < 0.001) return seconds <= 0 ? "0 s" : `${round(seconds * 1e6, 3)} µs`;
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 60) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  let rest = Math.round(seconds);
  const parts = [];
  for (const [name, size] of units) {
    if (rest >= size || parts.length) parts.push(`${Math.floor(rest / size)} ${name}`);
    rest %= size;
  }
  parts.push(`${rest} s`);
  return parts.slice(0, 2).join(" ").replace(/ 0 [hms]$/, "");
}

/// Decimal units, as the command line has them.
export function bytes(count) {
  if (count === null || count === undefined || !isFinite(count)) return "–";
  for (const [name, size] of [["TB", 1e12], ["GB", 1e9], ["MB", 1e6], ["kB", 1e3]]) {
    if (count >= size) return `${round(count / size, 3)} ${name}`;
  }
  return `${count} B`;
}

export function round(value, digits) {
  return String(Number(Number(value).toPrecision(digits)));
}

export function number(value) {
  return value === null || value === undefined ? "–" : Number(value).toLocaleString("en");
}

export function percent(ratio, digits = 0) {
  return ratio === null || ratio === undefined || !isFinite(ratio) ? "–" : `${(ratio * 100).toFixed(digits)} %`;
}

/// `+3 %`, `−12 %`, `±0 %`.
export function signedPercent(ratio) {
  if (Math.abs(ratio) < 0.0005) return "±0 %";
  const text = percent(Math.abs(ratio), Math.abs(ratio) < 0.1 ? 1 : 0);
  return ratio < 0 ? `−${text}` : `+${text}`;
}

export const seconds = (time) => (time ? Date.parse(time) / 1000 : null);

export function ago(time) {
  const gone = Date.now() / 1000 - seconds(time);
  if (gone < 5) return "just now";
  return gone < 86400 * 7 ? `${rough(gone)} ago` : day(time);
}

/// `in 3 h`, of a time to come.
export function until(time) {
  const left = seconds(time) - Date.now() / 1000;
  if (left < 1) return "now";
  return left < 86400 * 7 ? `in ${rough(left)}` : day(time);
}

/// Without what is less than its first unit.
const rough = (seconds) => duration(seconds).replace(/(?<=[hd]) .*/, "").replace(/(?<=m) .*/, "");

export const day = (time) => new Date(time).toLocaleDateString("en-GB",
  { day: "numeric", month: "short", year: "numeric" });
export const clock = (time) => new Date(time).toLocaleTimeString("en-GB");
export const dateTime = (time) => `${day(time)}, ${clock(time)}`;

/// A time that says how long ago it was, and exactly when as its title.
export function timeAttributes(time) {
  return { datetime: time, title: dateTime(time) };
}

export const cpu = (cores) => (cores === undefined ? "–" : `${round(cores, 3)} ${cores === 1 ? "core" : "cores"}`);

export const plural = (count, one, many = `${one}s`) => `${number(count)} ${count === 1 ? one : many}`;

/// What became of something that failed, in a few words.
export function failure(reason) {
  if (!reason) return "";
  switch (reason.kind) {
    case "exit_code": return `exit code ${reason.exit_code}`;
    case "signal": return `signal ${reason.signal}`;
    case "out_of_memory": return "out of memory";
    case "timed_out": return "timed out";
    case "rejected": return `rejected by ${reason.by}${reason.message ? `: ${reason.message}` : ""}`;
    case "missing_outputs": return `missing outputs: ${reason.paths.join(", ")}`;
    default: return reason.message ?? reason.kind;
  }
}
