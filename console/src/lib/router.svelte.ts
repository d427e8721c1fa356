// Where in the console one is: `/console/VIEW/ID?…`. A link is a link: it can be opened in another tab and sent to somebody.
import { BASE } from "./api";

const ROOT = `${BASE}/console/`;

class Place {
  view = $state("");
  id = $state<string | undefined>();
  query = $state.raw(new URLSearchParams());
  /** Counts the ways, so that a page knows when it is opened anew. */
  turn = $state(0);

  constructor() {
    this.read();
    addEventListener("popstate", () => this.read());
  }

  private read() {
    const [view = "", id] = location.pathname.slice(ROOT.length).split("/");
    this.view = view;
    this.id = id ? decodeURIComponent(id) : undefined;
    this.query = new URLSearchParams(location.search);
    this.turn++;
  }

  /** Goes to another place. */
  go(path: string) {
    history.pushState(null, "", path);
    this.read();
    scrollTo(0, 0);
  }

  /** Changes what stands behind the `?`, without a new page. `undefined` takes a word away. */
  ask(changes: Record<string, string | undefined>) {
    const query = new URLSearchParams(this.query);
    for (const [key, value] of Object.entries(changes)) {
      if (value === undefined || value === "") query.delete(key);
      else query.set(key, value);
    }
    const text = query.toString();
    history.replaceState(null, "", text ? `?${text}` : location.pathname);
    this.query = query;
  }
}

/** Where one is. */
export const place = new Place();

/** The address of a place in the console. */
export function at(view: string, id?: string | null, query?: Record<string, string | undefined>): string {
  const words = Object.entries(query ?? {}).filter((pair): pair is [string, string] => pair[1] !== undefined);
  const asked = new URLSearchParams(words).toString();
  return ROOT + view + (id ? `/${encodeURIComponent(id)}` : "") + (asked ? `?${asked}` : "");
}

/** Follows links within the console without loading it again; leaves every other click to the browser. */
export function follow(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = (event.target as Element).closest?.("a");
  if (!link || link.target || link.hasAttribute("download") || link.origin !== location.origin) return;
  if (!link.pathname.startsWith(ROOT) || link.pathname.startsWith(`${ROOT}assets/`)) return;
  event.preventDefault();
  place.go(link.pathname + link.search);
}
