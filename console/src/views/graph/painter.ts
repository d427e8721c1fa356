// Paints the scene on a canvas. A gesture moves a picture of it; the scene itself is painted again at most twice a second
// meanwhile, and once at the end. So ten thousand people move smoothly without a graphics card.
import type { Scene } from "./layout";
import { nameOf } from "./model.svelte";
import type { Shade } from "./colours";

export type View = { x: number; y: number; k: number };

/** What is to be seen besides the scene. */
export type Look = {
  shades: Shade[];
  /** The shade of each node. */
  shade: Uint8Array;
  /** Whether no shade stands out. */
  gradual: boolean;
  /** Nodes that joined later than this are not there yet. */
  until: number;
  chosen: number;
  /** Nodes of a path, in order. */
  path: number[];
  ink: string;
  line: string;
  ground: string;
  accent: string;
};

const AGAIN = 500;
/** The picture reaches beyond the canvas, so that a move does not show its edge at once. */
const MARGIN = 0.25;
const LABELS = 500;

export class Painter {
  private readonly screen: CanvasRenderingContext2D;
  private readonly picture = document.createElement("canvas");
  private readonly back: CanvasRenderingContext2D;
  private scene: Scene | undefined;
  private look: Look | undefined;
  private view: View = { x: 0, y: 0, k: 1 };
  /** The view that the picture was painted at. */
  private painted: View = { x: 0, y: 0, k: 1 };
  private width = 0;
  private height = 0;
  /** How far the picture reaches beyond each side, in whole points: it is copied as it is, not blurred. */
  private beyond = { x: 0, y: 0 };
  private dots = 1;
  private waiting = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private last = 0;
  private stale = true;
  private count = 0;

  constructor(private readonly canvas: HTMLCanvasElement) {
    this.screen = canvas.getContext("2d", { alpha: false })!;
    this.back = this.picture.getContext("2d", { alpha: false })!;
  }

  resize(width: number, height: number): void {
    this.dots = Math.min(2, devicePixelRatio || 1);
    [this.width, this.height] = [width, height];
    [this.canvas.width, this.canvas.height] = [width * this.dots, height * this.dots];
    this.beyond = { x: Math.round(width * MARGIN), y: Math.round(height * MARGIN) };
    this.picture.width = Math.ceil((width + 2 * this.beyond.x) * this.dots);
    this.picture.height = Math.ceil((height + 2 * this.beyond.y) * this.dots);
    this.fresh();
  }

  show(scene: Scene, look: Look): void {
    [this.scene, this.look] = [scene, look];
    this.fresh();
  }

  /** Moves the picture; the scene follows. */
  move(view: View): void {
    this.view = view;
    this.stale = true;
    this.frame();
  }

  /** Paints the scene at the next frame. */
  private fresh(): void {
    this.stale = true;
    this.last = 0;
    this.frame();
  }

  stop(): void {
    cancelAnimationFrame(this.waiting);
    clearTimeout(this.timer);
  }

  private frame(): void {
    if (this.waiting) return;
    this.waiting = requestAnimationFrame((now) => {
      this.waiting = 0;
      if (this.stale) {
        const due = this.last + AGAIN - now;
        if (this.last === 0 || due <= 0) this.paint(now);
        else {
          clearTimeout(this.timer);
          this.timer = setTimeout(() => this.frame(), due);
        }
      }
      this.copy();
    });
  }

  private copy(): void {
    const { screen, dots, painted, view, look } = this;
    if (!look) return;
    screen.setTransform(1, 0, 0, 1, 0, 0);
    screen.fillStyle = look.ground;
    screen.fillRect(0, 0, this.canvas.width, this.canvas.height);
    const k = view.k / painted.k;
    const x = view.x - painted.x * k - this.beyond.x * k;
    const y = view.y - painted.y * k - this.beyond.y * k;
    screen.setTransform(k, 0, 0, k, x * dots, y * dots);
    screen.drawImage(this.picture, 0, 0);
  }

  private paint(now: number): void {
    const { scene, look, back, view, dots } = this;
    if (!scene || !look) return;
    this.painted = { ...view };
    this.stale = false;
    this.last = now || 1;
    back.setTransform(1, 0, 0, 1, 0, 0);
    back.fillStyle = look.ground;
    back.fillRect(0, 0, this.picture.width, this.picture.height);
    back.setTransform(dots, 0, 0, dots, this.beyond.x * dots, this.beyond.y * dots);
    const { k } = view;
    const [x, y] = [(place: number) => view.x + scene.x[place]! * k, (place: number) => view.y + scene.y[place]! * k];
    const [left, right] = [-this.beyond.x - 40, this.width + this.beyond.x + 40];
    const [top, bottom] = [-this.beyond.y - 40, this.height + this.beyond.y + 40];
    const there = new Uint8Array(scene.nodes.length);
    const seen: number[] = [];
    for (let place = 0; place < scene.nodes.length; place++) {
      if (scene.nodes[place]!.joined > look.until) continue;
      there[place] = 1;
      const [px, py] = [x(place), y(place)];
      if (px > left && px < right && py > top && py < bottom) seen.push(place);
    }

    this.links(seen, there, x, y);
    if (look.path.length > 1) {
      back.strokeStyle = look.accent;
      back.lineWidth = 3;
      back.beginPath();
      for (let at = 1; at < look.path.length; at++) {
        back.moveTo(x(look.path[at - 1]!), y(look.path[at - 1]!));
        back.lineTo(x(look.path[at]!), y(look.path[at]!));
      }
      back.stroke();
    }
    this.glyphs(seen, x, y);
    this.labels(seen, x, y);
    if (look.chosen >= 0 && there[look.chosen]) {
      back.strokeStyle = look.ink;
      back.lineWidth = 2;
      back.beginPath();
      back.arc(x(look.chosen), y(look.chosen), Math.max(5, scene.r[look.chosen]! * Math.min(1.4, k)) + 4, 0, 7);
      back.stroke();
    }
    // Told for whoever waits for it.
    this.canvas.dataset.drawn = String(++this.count);
    this.canvas.dataset.shown = String(there.reduce((sum, one) => sum + one, 0));
  }

  private links(seen: number[], there: Uint8Array, x: (place: number) => number, y: (place: number) => number): void {
    const { scene, look, back } = this;
    if (!scene || !look) return;
    back.strokeStyle = look.line;
    back.lineWidth = 1;
    back.beginPath();
    const curved = scene.shape === "rows" && seen.length < 2500;
    for (const place of seen) {
      const above = scene.parent[place]!;
      if (above < 0 || !there[above]) continue;
      const [fx, fy, tx, ty] = [x(above), y(above), x(place), y(place)];
      back.moveTo(fx, fy);
      if (curved) back.bezierCurveTo((fx + tx) / 2, fy, (fx + tx) / 2, ty, tx, ty);
      else back.lineTo(tx, ty);
    }
    back.stroke();
  }

  private glyphs(seen: number[], x: (place: number) => number, y: (place: number) => number): void {
    const { scene, look, back, view } = this;
    if (!scene || !look) return;
    const scale = Math.min(1.4, view.k);
    const least = seen.length > 4000 ? 1.4 : 2;
    const plain = look.gradual;
    look.shades.forEach((shade, number) => {
      back.fillStyle = shade.colour;
      back.beginPath();
      for (const place of seen) {
        if (look.shade[place] !== number) continue;
        // Whoever stands out is seen from afar, too.
        const r = Math.max(number > 0 && !plain ? 3 : least, scene.r[place]! * scale);
        const [px, py] = [x(place), y(place)];
        if (r < 2.2) back.rect(px - r, py - r, 2 * r, 2 * r);
        else {
          back.moveTo(px + r, py);
          back.arc(px, py, r, 0, 7);
        }
      }
      back.fill();
    });
    // A closed branch has a ring, and says how many it stands for.
    back.strokeStyle = look.ink;
    back.lineWidth = 1.2;
    back.beginPath();
    for (const place of seen) {
      const r = scene.r[place]! * scale;
      if (!scene.closed[place] || r < 3) continue;
      back.moveTo(x(place) + r + 2, y(place));
      back.arc(x(place), y(place), r + 2, 0, 7);
    }
    back.stroke();
  }

  private labels(seen: number[], x: (place: number) => number, y: (place: number) => number): void {
    const { scene, look, back, view } = this;
    if (!scene || !look) return;
    const near = view.k > 0.6;
    const size = Math.round(12 * Math.min(1.15, Math.max(0.85, view.k)));
    back.font = `${size}px system-ui, "Noto Sans", sans-serif`;
    back.textBaseline = "middle";
    back.lineJoin = "round";
    const first = (place: number) => place === 0 || place === look.chosen || look.path.includes(place);
    const weight = (place: number) => (first(place) ? 1e6 : scene.r[place]!);
    const ranked = (near ? seen : seen.filter(first)).toSorted((a, b) => weight(b) - weight(a)).slice(0, LABELS);
    // Whoever stands for more is named first; a name that would lie on another's is left out.
    const taken: [left: number, right: number, y: number][] = [];
    for (const place of ranked) {
      const node = scene.nodes[place]!;
      const more = scene.closed[place] ? ` +${(node.below ?? node.invitees).toLocaleString("en")}` : "";
      const text = nameOf(node) + more;
      const [away, wide, py] = [scene.r[place]! * Math.min(1.4, view.k) + 5, back.measureText(text).width, y(place)];
      // Names stand outside of the rings.
      const left = scene.shape === "rings" && scene.x[place]! < scene.x[0]! ? x(place) - away - wide : x(place) + away;
      if (taken.some((one) => left < one[1] && left + wide > one[0] && Math.abs(py - one[2]) < size)) continue;
      taken.push([left, left + wide, py]);
      back.lineWidth = 3;
      back.strokeStyle = look.ground;
      back.strokeText(text, left, py);
      back.fillStyle = look.ink;
      back.fillText(text, left, py);
    }
  }
}
