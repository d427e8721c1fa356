// What a page asks for: loading, loaded, or refused.
import { Refused } from "./api";

function refusal(error: unknown): Refused {
  if (error instanceof Refused) return error;
  console.error(error);
  return new Refused(0, { title: "The console is at fault", detail: String(error) });
}

/** One thing that is asked for. An answer that comes after a newer question is dropped. */
export class Load<T> {
  data = $state.raw<T | undefined>();
  error = $state.raw<Refused | undefined>();
  busy = $state(false);
  private turn = 0;

  constructor(private readonly ask: () => Promise<T>) {}

  async run(): Promise<void> {
    const turn = ++this.turn;
    this.busy = true;
    try {
      const data = await this.ask();
      if (turn !== this.turn) return;
      this.data = data;
      this.error = undefined;
    } catch (error) {
      if (turn === this.turn) this.error = refusal(error);
    } finally {
      if (turn === this.turn) this.busy = false;
    }
  }
}

type Page<T> = { items: T[]; next?: string | null };

/** A list, page by page. */
export class Pages<T> {
  items = $state.raw<T[]>([]);
  next = $state<string | undefined>();
  error = $state.raw<Refused | undefined>();
  busy = $state(false);
  /** Whether the first page is there. */
  ready = $state(false);
  private turn = 0;

  constructor(private readonly ask: (cursor: string | undefined) => Promise<Page<T>>) {}

  /** Begins anew. What is shown stays until the answer is there. */
  run(): Promise<void> {
    return this.load(undefined);
  }

  /** One page more. */
  more(): Promise<void> {
    return this.load(this.next);
  }

  private async load(cursor: string | undefined): Promise<void> {
    const turn = ++this.turn;
    this.busy = true;
    try {
      const page = await this.ask(cursor);
      if (turn !== this.turn) return;
      this.items = cursor ? [...this.items, ...page.items] : page.items;
      this.next = page.next ?? undefined;
      this.error = undefined;
      this.ready = true;
    } catch (error) {
      if (turn === this.turn) this.error = refusal(error);
    } finally {
      if (turn === this.turn) this.busy = false;
    }
  }
}

/** Something that is done: busy, done, or refused. */
export class Act {
  busy = $state(false);
  error = $state.raw<Refused | undefined>();

  /** Does it; answers whether it was done. */
  async run(work: () => Promise<unknown>): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.error = undefined;
    try {
      await work();
      return true;
    } catch (error) {
      this.error = refusal(error);
      return false;
    } finally {
      this.busy = false;
    }
  }
}
