// The log of an attempt, read in windows of bytes: however long it is, only what is looked at is fetched.

import { part, prefix, request } from "./api.js";

export const windowBytes = 256 << 10;
const heldBytesMax = 4 << 20;

export class LogSource {
  constructor(run, task, attempt, stream, signal) {
    this.path = `${prefix}/runs/${part(run)}/tasks/${task}/attempts/${attempt}/log`;
    Object.assign(this, { stream, signal });
    /// Of bytes held: where they begin and end in the file.
    this.start = 0;
    this.end = 0;
    this.size = 0;
    this.isComplete = false;
    /// Pieces of the file, in order: `{start, bytes}`.
    this.pieces = [];
  }

  async #fetch(offset, limit) {
    const response = await request("GET", `${this.path}?stream=${this.stream}&offset=${offset}&limit=${limit}`,
      { signal: this.signal });
    this.size = Number(response.headers.get("Baton-Log-Size"));
    this.isComplete = response.headers.get("Baton-Log-Complete") === "true";
    return new Uint8Array(await response.arrayBuffer());
  }

  /// Holds the bytes around a place, and nothing else; a negative one counts from the end.
  async jump(place) {
    if (!this.size) await this.#fetch(0, 1);
    const at = place < 0 ? Math.max(0, this.size + place) : Math.min(place, this.size);
    const start = Math.max(0, Math.min(at, this.size - windowBytes));
    const bytes = await this.#fetch(start, windowBytes);
    this.pieces = [{ start, bytes }];
    this.#measure();
  }

  /// - Returns: true when there was more.
  async further() {
    const bytes = await this.#fetch(this.end, windowBytes);
    if (!bytes.length) return false;
    this.pieces.push({ start: this.end, bytes });
    while (this.#held() > heldBytesMax) this.pieces.shift();
    this.#measure();
    return true;
  }

  async before() {
    if (this.start === 0) return false;
    const start = Math.max(0, this.start - windowBytes);
    const bytes = await this.#fetch(start, this.start - start);
    this.pieces.unshift({ start, bytes });
    while (this.#held() > heldBytesMax) this.pieces.pop();
    this.#measure();
    return true;
  }

  /// Looks through the file for a text, from a place on; the place of the first match, or null. Calls back with how far
  /// it is.
  async find(text, from, onProgress) {
    const wanted = text.toLowerCase();
    const chunk = 1 << 20;
    // A match may lie across two chunks.
    const overlap = new TextEncoder().encode(text).length + 8;
    for (let place = from; place < this.size && !this.signal.aborted; place += chunk) {
      const bytes = await this.#fetch(place, chunk + overlap);
      const found = decode(bytes).toLowerCase().indexOf(wanted);
      if (found >= 0) return place + new TextEncoder().encode(decode(bytes).slice(0, found)).length;
      onProgress(Math.min(1, (place + chunk) / this.size));
    }
    return null;
  }

  #held() { return this.pieces.reduce((sum, piece) => sum + piece.bytes.length, 0); }

  #measure() {
    this.start = this.pieces[0]?.start ?? 0;
    this.end = this.start + this.#held();
  }

  /// Lines of what is held. The first is cut off where the window begins within it.
  lines() {
    const all = new Uint8Array(this.#held());
    let place = 0;
    for (const { bytes } of this.pieces) {
      all.set(bytes, place);
      place += bytes.length;
    }
    const lines = decode(all).split("\n");
    if (lines.at(-1) === "") lines.pop();
    if (this.start > 0 && lines.length > 1) lines[0] = `… ${lines[0]}`;
    return lines;
  }
}

function decode(bytes) {
  return new TextDecoder().decode(bytes);
}
