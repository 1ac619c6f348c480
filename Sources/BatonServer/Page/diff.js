// The difference of two texts, line by line.

import { h } from "./dom.js";

const around = 3;

/// The longest common subsequence decides what stays. Lines that begin and end both texts are set aside first.
function edits(before, after) {
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head += 1;
  let tail = 0;
  while (tail < before.length - head && tail < after.length - head
    && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
  const [old, fresh] = [before.slice(head, before.length - tail), after.slice(head, after.length - tail)];
  const width = fresh.length + 1;
  const length = new Uint32Array((old.length + 1) * width);
  for (let i = old.length - 1; i >= 0; i -= 1) {
    for (let j = fresh.length - 1; j >= 0; j -= 1) {
      length[i * width + j] = old[i] === fresh[j] ? length[(i + 1) * width + j + 1] + 1
        : Math.max(length[(i + 1) * width + j], length[i * width + j + 1]);
    }
  }
  const lines = before.slice(0, head).map((text) => [" ", text]);
  let [i, j] = [0, 0];
  while (i < old.length || j < fresh.length) {
    if (i < old.length && j < fresh.length && old[i] === fresh[j]) {
      lines.push([" ", old[i]]);
      i += 1;
      j += 1;
    } else if (j === fresh.length || (i < old.length && length[(i + 1) * width + j] >= length[i * width + j + 1])) {
      lines.push(["−", old[i]]);
      i += 1;
    } else {
      lines.push(["+", fresh[j]]);
      j += 1;
    }
  }
  return lines.concat(before.slice(before.length - tail).map((text) => [" ", text]));
}

export function diffView(before, after) {
  const lines = edits(before.split("\n"), after.split("\n"));
  const near = lines.map((_, index) =>
    lines.slice(Math.max(0, index - around), index + around + 1).some(([sign]) => sign !== " "));
  const rows = [];
  lines.forEach(([sign, text], index) => {
    if (near[index]) rows.push(h("div", { class: { "+": "added", "−": "removed" }[sign] ?? "" },
      h("span", { class: "sign" }, sign), text || " "));
    else if (near[index - 1]) rows.push(h("div", { class: "gap" }, "⋯"));
  });
  return h("div", { class: "diff", role: "region", "aria-label": "Difference", tabindex: "0" },
    rows.length ? rows : h("p", {}, "They are the same."));
}
