// Where everybody stands: a tidy tree (Reingold and Tilford 1981, by d3-hierarchy), from left to right or in rings.
import { hierarchy, tree } from "d3-hierarchy";
import { isClosed, type Node } from "./model.svelte";

export type Shape = "rows" | "rings";

/** The scene in units of its own: a row is 18 high. */
export type Scene = {
  nodes: Node[];
  x: Float32Array;
  y: Float32Array;
  /** Radius of the glyph. */
  r: Float32Array;
  /** The place of the parent among the nodes; -1 for the first. */
  parent: Int32Array;
  closed: Uint8Array;
  box: { left: number; top: number; right: number; bottom: number };
  shape: Shape;
};

const ROW = 18;
const COLUMN = 190;
/** From so many on, rings are easier to take in. */
export const MANY = 80;

/** A glyph grows with the number of people whom it stands for. */
const radius = (node: Node) => (isClosed(node) ? Math.min(26, 5 + Math.sqrt(node.below ?? node.invitees)) : 5);

export function layout(root: Node, shape: Shape): Scene {
  const laid = hierarchy(root, (node) => node.children);
  const leaves = laid.leaves().length;
  if (shape === "rows") {
    tree<Node>()
      .nodeSize([ROW, COLUMN])
      .separation((a, b) => {
        const wide = Math.max(1, (radius(a.data) + radius(b.data)) / ROW);
        return a.parent === b.parent ? wide : wide + 0.4;
      })(laid);
  } else {
    // Wide enough that the leaves of the outermost ring do not touch.
    const deepest = Math.max(1, laid.height);
    const ring = Math.max(60, (leaves * 11) / (2 * Math.PI) / deepest);
    tree<Node>()
      .size([2 * Math.PI, ring * deepest])
      .separation((a, b) => (a.parent === b.parent ? 1 : 1.6) / Math.max(1, a.depth))(laid);
  }
  const all = laid.descendants();
  const places = new Map(all.map((point, place) => [point.data, place]));
  const scene: Scene = {
    nodes: all.map((point) => point.data),
    x: new Float32Array(all.length),
    y: new Float32Array(all.length),
    r: new Float32Array(all.length),
    parent: new Int32Array(all.length),
    closed: new Uint8Array(all.length),
    box: { left: 0, top: 0, right: 0, bottom: 0 },
    shape,
  };
  const { box } = scene;
  // Where names are to be read, they have room beside the outermost.
  const [before, after] = shape === "rows" ? [30, 130] : all.length > 300 ? [30, 30] : [110, 110];
  all.forEach((point, place) => {
    // d3 lays out from top to bottom: x is across, y is the depth.
    const [across, deep] = [point.x ?? 0, point.y ?? 0];
    const x = shape === "rows" ? deep : deep * Math.cos(across - Math.PI / 2);
    const y = shape === "rows" ? across : deep * Math.sin(across - Math.PI / 2);
    scene.x[place] = x;
    scene.y[place] = y;
    scene.r[place] = radius(point.data);
    scene.closed[place] = isClosed(point.data) ? 1 : 0;
    scene.parent[place] = point.parent ? (places.get(point.parent.data) ?? -1) : -1;
    box.left = Math.min(box.left, x - before);
    box.top = Math.min(box.top, y - 30);
    box.right = Math.max(box.right, x + after);
    box.bottom = Math.max(box.bottom, y + 30);
  });
  return scene;
}
