// What the colours say. Every colour has a word in the legend; none of them alone tells anything.
import type { Node } from "./model.svelte";

export type Way = "standing" | "assurance" | "joined" | "lead";

/** A class of people, with its colour. */
export type Shade = { word: string; colour: string };

const read = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

/** The shades of a way to colour, and which of them somebody has. */
export function shades(way: Way, span: [number, number]): { shades: Shade[]; of: (node: Node) => number } {
  const isDark = matchMedia("(prefers-color-scheme: dark)").matches;
  const [active, left] = [read("active"), read("left")];
  switch (way) {
    case "standing": {
      const words = ["active", "frozen", "quarantined", "suspended", "banned", "left"];
      return { shades: words.map((word) => ({ word, colour: read(word) })), of: (node) => words.indexOf(node.standing) };
    }
    case "assurance": {
      const words = ["none", "contact", "checked", "verified"];
      const colours = isDark ? [left, "#d6b84a", "#6ea8dc", "#63c493"] : [left, "#9a7400", "#3a76b0", "#1b7f4d"];
      return { shades: words.map((word, place) => ({ word, colour: colours[place]! })), of: (node) => words.indexOf(node.assurance ?? "none") };
    }
    case "joined": {
      // From the first to the last in six steps of one lightness after the other (viridis, cut at its lightest).
      const colours = isDark
        ? ["#6a6fc4", "#4f93c0", "#3fb0a8", "#5cc98a", "#a5db5b", "#f2e34a"]
        : ["#440154", "#414487", "#2a788e", "#22a884", "#7ad151", "#c9b400"];
      const [from, to] = span;
      const step = Math.max(1, (to - from) / colours.length);
      const isLong = to - from > 300 * 86_400_000;
      const month = new Intl.DateTimeFormat("en-GB", isLong ? { month: "short", year: "numeric" } : { day: "numeric", month: "short" });
      return {
        shades: colours.map((colour, place) => ({ word: `from ${month.format(from + place * step)}`, colour })),
        of: (node) => Math.max(0, Math.min(colours.length - 1, Math.floor((node.joined - from) / step))),
      };
    }
    case "lead": {
      const words = ["no lead", "bad_rate", "accountability", "exposure", "velocity"];
      const told = ["no lead", "many sanctioned below", "answers for sanctioned", "came by way of sanctioned", "grew unusually fast"];
      const colours = isDark ? ["#4d5a68", "#ff6b60", "#f0974a", "#e08abc", "#d6b84a"] : ["#aab6c3", "#c62828", "#b85c00", "#a8477f", "#8a6d00"];
      return {
        shades: told.map((word, place) => ({ word, colour: colours[place] ?? active })),
        of: (node) => (node.lead ? words.indexOf(node.lead) : 0),
      };
    }
  }
}
