// Making elements. Text only ever becomes text: nothing here or elsewhere reads strings as markup.

const svgNamespace = "http://www.w3.org/2000/svg";

/// An HTML element. `on…` are listeners, `vars` are custom properties and styles set through the CSSOM, `false`, null
/// and undefined leave an attribute out; children are nodes, texts, or lists of them.
export function h(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/// An SVG element.
export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(svgNamespace, tag), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "vars") for (const [key, each] of Object.entries(value)) element.style.setProperty(key, each);
    else if (name === "value") element.value = value;
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  add(element, children);
  return element;
}

export function add(element, ...children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : String(child));
  }
}

/// Puts something else into an element.
export function put(element, ...children) {
  element.replaceChildren();
  add(element, children);
  return element;
}

let lastID = 0;

/// An id that no other element of the page has.
export function freshID(stem) {
  lastID += 1;
  return `${stem}-${lastID}`;
}

/// A field with its label above it.
export function field(label, control, hint) {
  control.id ||= freshID("field");
  let note = null;
  if (hint) {
    note = h("p", { class: "hint", id: `${control.id}-hint` }, hint);
    control.setAttribute("aria-describedby", note.id);
  }
  return h("div", { class: "field" }, h("label", { for: control.id }, label), control, note);
}

export function button(text, action, attributes = {}) {
  return h("button", { type: "button", class: "button", onclick: action, ...attributes }, text);
}

export function select(options, value, onchange) {
  const element = h("select", { onchange: () => onchange(element.value) },
    options.map(([key, text]) => h("option", { value: key }, text)));
  element.value = value;
  return element;
}
