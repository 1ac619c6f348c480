// What terminals understand in the output of programs: colours become classes, other orders are left out.

const escapes = /\x1b(?:\[([0-9;:]*)([ -/]*[@-~])|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[PX^_][^\x1b]*(?:\x1b\\)?|[@-Z\\-_])/g;
const unseen = /[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f]/g;

/// The style at the beginning of a line.
export const plain = Object.freeze({ fore: null, back: null, bold: false, faint: false, italic: false, underline: false,
  inverse: false });

/// - Returns: `parts` of the line, each a text and a style, and the `style` in which the next line begins.
export function parse(line, style = plain) {
  // A carriage return overwrites the line: progress bars are shown as they end.
  const shown = line.replace(/\r+$/, "");
  const text = shown.slice(shown.lastIndexOf("\r") + 1);
  const parts = [];
  let last = 0;
  const push = (piece) => {
    const clean = piece.replace(unseen, "").replaceAll("\x1b", "");
    if (clean) parts.push({ text: clean, style });
  };
  for (const match of text.matchAll(escapes)) {
    push(text.slice(last, match.index));
    last = match.index + match[0].length;
    if (match[2] === "m") style = changed(style, match[1]);
  }
  push(text.slice(last));
  return { parts, style };
}

/// The line as plain text, for searching.
export function stripped(line) {
  return line.includes("\x1b") || line.includes("\r") ? parse(line).parts.map((each) => each.text).join("") : line;
}

function changed(style, codes) {
  let now = { ...style };
  const list = codes.split(/[;:]/).map(Number);
  for (let at = 0; at < list.length; at += 1) {
    const code = list[at];
    if (code === 0) now = { ...plain };
    else if (code === 1) now.bold = true;
    else if (code === 2) now.faint = true;
    else if (code === 3) now.italic = true;
    else if (code === 4) now.underline = true;
    else if (code === 7) now.inverse = true;
    else if (code === 22) now.bold = now.faint = false;
    else if (code === 23) now.italic = false;
    else if (code === 24) now.underline = false;
    else if (code === 27) now.inverse = false;
    else if (code >= 30 && code <= 37) now.fore = code - 30;
    else if (code >= 90 && code <= 97) now.fore = code - 82;
    else if (code >= 40 && code <= 47) now.back = code - 40;
    else if (code >= 100 && code <= 107) now.back = code - 92;
    else if (code === 39) now.fore = null;
    else if (code === 49) now.back = null;
    else if (code === 38 || code === 48) {
      const [color, taken] = extended(list.slice(at + 1));
      now[code === 38 ? "fore" : "back"] = color;
      at += taken;
    }
  }
  return now;
}

/// Of 256 or of all colours, the nearest of the sixteen that the page has: those can be read on both themes.
function extended([kind, ...rest]) {
  if (kind === 5) return [rest[0] < 16 ? rest[0] : nearest(cube(rest[0])), 2];
  if (kind === 2) return [nearest(rest.slice(0, 3)), 4];
  return [null, 0];
}

function cube(code) {
  if (code >= 232) return Array(3).fill((code - 232) * 10 + 8);
  const place = code - 16;
  return [Math.floor(place / 36), Math.floor(place / 6) % 6, place % 6].map((each) => each * 51);
}

function nearest([red, green, blue]) {
  const brightest = Math.max(red, green, blue);
  if (brightest < 50) return 0;
  const bits = [red, green, blue].map((each) => (each > brightest * 0.6 ? 1 : 0));
  return bits[0] + 2 * bits[1] + 4 * bits[2] + (brightest > 200 ? 8 : 0);
}

export function classOf(style) {
  const names = [];
  const [fore, back] = style.inverse ? [style.back ?? "surface", style.fore ?? "text"] : [style.fore, style.back];
  if (fore !== null) names.push(`f-${fore}`);
  if (back !== null) names.push(`b-${back}`);
  for (const name of ["bold", "faint", "italic", "underline"]) if (style[name]) names.push(name);
  return names.join(" ");
}
