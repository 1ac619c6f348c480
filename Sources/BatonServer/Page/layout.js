// A layered layout of a graph: each node one layer after the last it waits for, and in a layer near what it waits for.

const gap = { x: 56, y: 14 };
export const size = { width: 190, height: 40 };
const sweeps = 4;

/// - Parameter nodes: with `parents` and `children`, as places in `nodes`; acyclic.
/// - Returns: `x` and `y` by place, the whole `width` and `height`, and the `layers` as lists of places.
export function layered(nodes) {
  const layer = layersOf(nodes);
  const layers = [];
  for (let place = 0; place < nodes.length; place += 1) (layers[layer[place]] ??= []).push(place);
  const rank = new Float64Array(nodes.length);
  const number = (each) => each.forEach((place, index) => { rank[place] = index - each.length / 2; });
  layers.forEach(number);
  for (let sweep = 0; sweep < sweeps; sweep += 1) {
    const isDown = sweep % 2 === 0;
    for (const each of isDown ? layers : [...layers].reverse()) {
      const near = new Map(each.map((place) =>
        [place, middle(nodes[place][isDown ? "parents" : "children"], rank) ?? rank[place]]));
      each.sort((a, b) => near.get(a) - near.get(b));
      number(each);
    }
  }
  return place(nodes, layers);
}

function layersOf(nodes) {
  const layer = new Int32Array(nodes.length);
  const waits = Int32Array.from(nodes, (node) => node.parents.length);
  const ready = [];
  waits.forEach((count, index) => { if (count === 0) ready.push(index); });
  for (let at = 0; at < ready.length; at += 1) {
    for (const child of nodes[ready[at]].children) {
      layer[child] = Math.max(layer[child], layer[ready[at]] + 1);
      if ((waits[child] -= 1) === 0) ready.push(child);
    }
  }
  return layer;
}

function middle(neighbours, rank) {
  if (!neighbours.length) return null;
  let sum = 0;
  for (const each of neighbours) sum += rank[each];
  return sum / neighbours.length;
}

/// Layers become columns, centred on the tallest.
function place(nodes, layers) {
  const x = new Float64Array(nodes.length);
  const y = new Float64Array(nodes.length);
  const tallest = layers.reduce((most, each) => Math.max(most, each.length), 0);
  const step = size.height + gap.y;
  layers.forEach((each, column) => {
    const top = (tallest - each.length) * step / 2;
    each.forEach((node, row) => {
      x[node] = column * (size.width + gap.x);
      y[node] = top + row * step;
    });
  });
  return {
    x, y, layers, width: layers.length * (size.width + gap.x) - gap.x, height: tallest * step - gap.y,
  };
}
