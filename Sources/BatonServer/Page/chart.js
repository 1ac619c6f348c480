// Charts as SVG: lines with bands over time, bars with intervals, and dots that compare two figures.

import { h, put, svg } from "./dom.js";
import { clock, day } from "./format.js";

const edge = { left: 56, right: 14, top: 12, bottom: 26 };
const tones = ["tone-1", "tone-2", "tone-3", "tone-4"];

/// Lines over time.
///
/// - `series`: `{name, points: [[seconds, value]], band: [[seconds, low, high]], isStepped}`, at least one with points;
/// what
///   is stepped holds its value until the next point.
/// - `format` makes a text of a value; `label` says in words what the chart shows.
export function lineChart({ series, format, label, height = 220, floor = 0, ceiling = null }) {
  return drawn(height, label, (width) => {
    const times = series.flatMap((each) => [...each.points, ...(each.band ?? [])].map(([time]) => time));
    const values = series.flatMap((each) =>
      [...each.points.map(([, value]) => value), ...(each.band ?? []).map(([, , high]) => high)]);
    const [first, last] = [Math.min(...times), Math.max(...times)];
    const top = ceiling ?? nice(Math.max(...values, floor + 1e-9));
    const x = (time) => edge.left + (time - first) / Math.max(1e-9, last - first) * (width - edge.left - edge.right);
    const y = (value) => height - edge.bottom - (value - floor) / (top - floor) * (height - edge.top - edge.bottom);
    return [
      gridY(floor, top, y, width, format), axisX(first, last, x, height, width),
      series.map((each, index) => [
        each.band ? svg("path", { class: `band ${tones[index % 4]}`, d: area(each.band, x, y) }) : null,
        svg("path", { class: `line ${tones[index % 4]}`, d: path(each.points, x, y, each.isStepped) }),
      ]),
    ];
  }, series.map((each, index) => [tones[index % 4], each.name]));
}

/// Horizontal bars with intervals: `{name, mean, low, high, isBest}`.
export function barChart({ rows, format, label }) {
  const top = nice(Math.max(...rows.map((row) => row.high ?? row.mean), 1e-9));
  const at = (value) => `${100 * value / top}%`;
  return h("div", { class: "bars", role: "img",
    "aria-label": `${label}: ${rows.map((row) => `${row.name} ${format(row.mean)}`).join(", ")}` },
    rows.map((row) => h("div", { class: `bar-row ${row.isBest ? "best" : ""}` },
      h("span", { class: "bar-name" }, row.isBest ? "★ " : "", row.name),
      h("span", { class: "bar-track" }, h("span", { class: "bar", vars: { width: at(row.mean) } }),
        row.low !== undefined && row.high > row.low
          ? h("span", { class: "whisker", vars: { left: at(row.low), width: at(row.high - row.low) } }) : null),
      h("span", { class: "bar-figure" }, format(row.mean),
        row.note ? h("span", { class: "hint" }, ` ${row.note}`) : null))));
}

/// Expected against measured, both on logarithmic axes; on the line they are the same. `points`: `[expected,
/// measured]`.
export function scatter({ points, format, label, height = 300 }) {
  return drawn(height, label, (width) => {
    const all = points.flat().filter((value) => value > 0).map(Math.log10);
    const [low, high] = [Math.floor(Math.min(...all)), Math.ceil(Math.max(...all) + 1e-9)];
    const x = (log) => edge.left + (log - low) / (high - low || 1) * (width - edge.left - edge.right);
    const y = (log) => height - edge.bottom - (log - low) / (high - low || 1) * (height - edge.top - edge.bottom);
    const decades = Array.from({ length: high - low + 1 }, (_, index) => low + index);
    return [
      decades.map((each) => [
        svg("line", { class: "grid", x1: edge.left, x2: width - edge.right, y1: y(each), y2: y(each) }),
        svg("text", { class: "tick", x: edge.left - 6, y: y(each) + 4, "text-anchor": "end" }, format(10 ** each)),
        svg("text", { class: "tick", x: x(each), y: height - 8, "text-anchor": "middle" }, format(10 ** each)),
      ]),
      svg("line", { class: "line tone-2 dashed", x1: x(low), y1: y(low), x2: x(high), y2: y(high) }),
      points.filter(([a, b]) => a > 0 && b > 0).map(([expected, measured]) =>
        svg("circle", { class: "dot", cx: x(Math.log10(expected)), cy: y(Math.log10(measured)), r: 3.5 })),
    ];
  }, [["tone-1", "one task: expected to the right, measured upwards"], ["tone-2", "as expected", true]]);
}

/// An SVG that is drawn anew when its width changes, with a legend below.
function drawn(height, label, draw, legend) {
  const picture = svg("svg", { class: "chart", role: "img", "aria-label": label, height });
  const element = h("figure", { class: "chart-frame" }, picture,
    h("figcaption", { class: "legend" }, legend.map(([tone, name, isDashed]) =>
    [h("span", { class: `swatch ${tone} ${isDashed ? "dashed" : ""}` }), name])));
  let last = 0;
  new ResizeObserver(() => {
    const width = Math.round(element.clientWidth);
    if (!width || width === last) return;
    last = width;
    picture.setAttribute("width", width);
    picture.setAttribute("viewBox", `0 0 ${width} ${height}`);
    put(picture, draw(width));
  }).observe(element);
  return element;
}

function gridY(floor, top, y, width, format) {
  return [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const value = floor + share * (top - floor);
    return [svg("line", { class: "grid", x1: edge.left, x2: width - edge.right, y1: y(value), y2: y(value) }),
      svg("text", { class: "tick", x: edge.left - 6, y: y(value) + 4, "text-anchor": "end" }, format(value))];
  });
}

function axisX(first, last, x, height, width) {
  const count = Math.max(2, Math.floor(width / 130));
  return Array.from({ length: count }, (_, index) => {
    const time = first + (last - first) * index / (count - 1);
    const anchor = index === 0 ? "start" : index === count - 1 ? "end" : "middle";
    const text = last - first > 2 * 86400 ? day(time * 1000) : clock(time * 1000);
    return svg("text", { class: "tick", x: x(time), y: height - 8, "text-anchor": anchor }, text);
  });
}

function path(points, x, y, isStepped = false) {
  return points.map(([time, value], index) => {
    const [left, top] = [x(time).toFixed(1), y(value).toFixed(1)];
    return index && isStepped ? `H${left}V${top}` : `${index ? "L" : "M"}${left} ${top}`;
  }).join("");
}

function area(band, x, y) {
  const upper = band.map(([time, , high]) => [time, high]);
  const lower = band.map(([time, low]) => [time, low]).reverse();
  return `${path([...upper, ...lower], x, y)}Z`;
}

/// The next of 1, 2, 4, 5, 8 or 10 times a power of ten.
function nice(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 4, 5, 8, 10].find((step) => step * power >= value * 0.9999) * power;
}
