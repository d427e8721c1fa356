// The ledger, newest first: pages backwards, and what happens meanwhile on top.
import { api, told } from "../../lib/api";
import { Pages } from "../../lib/load.svelte";
import type { Happened } from "../../lib/live.svelte";
import type { paths } from "../../lib/schema.d.ts";

/** What is asked for. */
export type Wanted = { type?: string; actor?: string; subject?: string; before?: number; from?: string; until?: string };

type Query = NonNullable<paths["/v1/admin/ledger"]["get"]["parameters"]["query"]>;
const asked = (query: Query) => told(api.GET("/v1/admin/ledger", { params: { query } }));

const atNumber = async (number: number): Promise<Happened | undefined> => (await asked({ before: number + 1, limit: 1 })).items[0];

/** The number of the first event that happened at `time` or later; one past the last where none did. Order is by number: the ledger is cut at the middle again and again. */
export async function numberAt(time: number): Promise<number> {
  const last = (await asked({ limit: 1 })).items[0];
  if (!last || Date.parse(last.at) < time) return (last?.number ?? 0) + 1;
  let [low, high] = [1, last.number];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const event = await atNumber(middle);
    if (event && Date.parse(event.at) < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** How many events are listed before the list begins anew. */
const MOST_ON_TOP = 500;

export class Tail {
  /** What came since it was held. */
  waiting = $state.raw<Happened[]>([]);
  held = $state(false);
  private heard: Happened[] = [];
  /** What was heard last, of every kind: an answer that was on its way meanwhile may not have it yet. */
  private recent: Happened[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;
  readonly pages: Pages<Happened>;

  constructor(private readonly wanted: () => Wanted) {
    let end: Promise<number> | undefined;
    this.pages = new Pages<Happened>(async (cursor) => {
      const { type, actor, subject, before, from, until } = this.wanted();
      let top = before;
      if (!cursor && until) end = numberAt(Date.parse(until));
      if (until && end) top = Math.min(before ?? Infinity, await end);
      const page = await asked({ type: type as Query["type"], actor, subject, before: top, limit: 50, cursor });
      if (!from) return page;
      const items = page.items.filter((event) => event.at >= from);
      return { items, next: items.length < page.items.length ? undefined : page.next };
    });
  }

  /** Whether it would stand on top of what is shown. */
  private fits(event: Happened): boolean {
    const { type, actor, subject, before, until } = this.wanted();
    if (before || until) return false;
    const by = typeof event.actor === "string" ? undefined : event.actor.person;
    return (!type || event.type === type) && (!actor || by === actor) && (!subject || event.subject === subject);
  }

  /** Takes what has happened: shown at once, or kept while it is held. Many that come together are shown together. */
  hear(event: Happened): void {
    this.recent.push(event);
    if (this.recent.length > 2 * MOST_ON_TOP) this.recent = this.recent.slice(-MOST_ON_TOP);
    if (!this.fits(event)) return;
    this.heard.push(event);
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      const newest = this.heard.splice(0).reverse();
      if (this.held) this.waiting = [...newest, ...this.waiting].slice(0, MOST_ON_TOP);
      else this.put(newest);
    }, 250);
  }

  /** Begins anew, with what happens until the answer is there. */
  async begin(): Promise<void> {
    await this.pages.run();
    const last = this.pages.items[0]?.number ?? 0;
    const missed = this.recent.filter((event) => event.number > last && this.fits(event)).reverse();
    if (missed.length && missed.length < MOST_ON_TOP) this.put(missed);
  }

  private put(newest: Happened[]): void {
    const last = this.pages.items[0]?.number ?? 0;
    const fresh = newest.filter((event) => event.number > last);
    if (!fresh.length || !this.pages.ready) return;
    if (fresh.length + this.pages.items.length <= MOST_ON_TOP) {
      this.pages.items = [...fresh, ...this.pages.items];
    } else if (scrollY > 400) {
      // Whoever reads further down is not brought back to the top.
      this.held = true;
      this.waiting = [...fresh, ...this.waiting].slice(0, MOST_ON_TOP);
    } else {
      // More came than a list can hold: it begins anew rather than grows without end.
      void this.begin();
    }
  }

  /** Shows what was kept. */
  letIn(): void {
    this.held = false;
    const waiting = this.waiting;
    this.waiting = [];
    this.put(waiting);
  }

  stop(): void {
    clearTimeout(this.timer);
  }
}
