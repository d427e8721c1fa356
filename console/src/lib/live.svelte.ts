// What happens in the community, as it happens: a stream of server-sent events (WHATWG HTML §9.2), one for all views.
import { BASE, type Schemas } from "./api";

/** One event of the ledger. */
export type Happened = Schemas["Happened"];
type Heard = (event: Happened) => void;

class Live {
  /** Whether the stream is open. */
  open = $state(false);
  /** The ledger's position that was heard of last. */
  position = $state(0);
  private source: EventSource | undefined;
  private readonly listeners = new Set<Heard>();

  /** Opens the stream. The browser opens it again by itself, and goes on where it was. */
  start() {
    if (this.source) return;
    const source = (this.source = new EventSource(`${BASE}/v1/admin/stream`));
    source.onopen = () => (this.open = true);
    source.onerror = () => {
      this.open = false;
      // The browser gives up after a refusal: the session may have ended, or there are too many streams.
      if (source.readyState === EventSource.CLOSED) {
        this.source = undefined;
        setTimeout(() => this.start(), 4_000);
      }
    };
    source.addEventListener("position", (event) => (this.position = Number(JSON.parse((event as MessageEvent).data).position)));
    source.addEventListener("happened", (event) => {
      const happened = JSON.parse((event as MessageEvent).data) as Happened;
      this.position = happened.number;
      for (const heard of this.listeners) heard(happened);
    });
  }

  /** Hears of each event until what this answers is called. */
  on(heard: Heard): () => void {
    this.listeners.add(heard);
    return () => this.listeners.delete(heard);
  }

  /** Calls `again` soon after an event whose type begins with one of these words; once for many. */
  after(words: string[], again: () => void): () => void {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const off = this.on((event) => {
      if (timer || !words.some((word) => event.type.startsWith(word))) return;
      timer = setTimeout(() => {
        timer = undefined;
        again();
      }, 400);
    });
    return () => {
      clearTimeout(timer);
      off();
    };
  }
}

/** What happens. */
export const live = new Live();
