import { type Facts, operations } from "./generated/facts.js";
import { ConnectionLost, isProblem } from "./problems.js";
import { isFresh, type Kept, type Session, type SessionStore } from "./session.js";

const POSITION = "Vouchsafe-Position";
const AT_LEAST = "Vouchsafe-At-Least";
const KEY = "Idempotency-Key";
const REFRESH = "/oauth/token";
/** The very same refresh may be repeated for ten seconds. */
const REFRESH_REPEATED = 9000;
const REFRESH_TIMEOUT = 4000;

export interface Settings {
  readonly fetch: (request: Request) => Promise<Response>;
  readonly store: SessionStore;
  readonly alone: <T>(work: () => Promise<T>) => Promise<T>;
  readonly repeats: number;
  /** In milliseconds. */
  readonly longestWait: number;
  /** In milliseconds. */
  readonly timeout: number;
  /** Gets new tokens for a refresh token; none where it no longer holds. */
  readonly refresh: (refreshToken: string) => Promise<Kept | undefined>;
}

/** What the requests of one client share: how each is sent until it is answered for good. */
export class Exchanges {
  /** Of the write that was answered last. */
  #position: string | undefined;
  #renewing: Promise<void> | undefined;

  constructor(readonly settings: Settings) {}

  /** Sends a request. `bearer` is somebody else's token than the member's who is signed in. */
  async send(asked: Request, path: string, bearer: string | undefined): Promise<Response> {
    const facts: Facts = operations[`${asked.method} ${path}`] ?? {};
    const { repeats, longestWait, store } = this.settings;
    const reads = asked.method === "GET" || asked.method === "HEAD";
    const refreshes = path === REFRESH;
    if (facts.keyed && !asked.headers.has(KEY)) {
      asked.headers.set(KEY, crypto.randomUUID());
    }
    const byMember = facts.access === "access" && bearer === undefined && !asked.headers.has("Authorization");
    if (bearer !== undefined && facts.access !== undefined && !asked.headers.has("Authorization")) {
      asked.headers.set("Authorization", `Bearer ${bearer}`);
    }
    const own = asked.headers.has(AT_LEAST);
    const replaces = asked.method === "PUT" || asked.method === "DELETE";
    const repeatable = reads || refreshes || asked.headers.has(KEY) || (replaces && !asked.headers.has("If-Match"));
    const begun = Date.now();
    let repeated = 0;
    let renewed = false;
    for (;;) {
      let session = byMember ? (await store.load()).session : undefined;
      if (session !== undefined && !isFresh(session)) {
        await this.renew(session);
        session = (await store.load()).session;
      }
      const request = asked.clone();
      if (session !== undefined) {
        request.headers.set("Authorization", `Bearer ${session.accessToken}`);
      }
      const position = reads && !own ? this.#position : undefined;
      if (position !== undefined) {
        request.headers.set(AT_LEAST, position);
      }
      const may = repeated < repeats && !(refreshes && Date.now() - begun > REFRESH_REPEATED - REFRESH_TIMEOUT);
      let response: Response;
      try {
        response = await this.#once(request, refreshes ? REFRESH_TIMEOUT : this.settings.timeout);
      } catch (cause) {
        if (asked.signal.aborted) {
          throw cause;
        }
        if (!may || !repeatable) {
          throw new ConnectionLost(`${asked.method} ${path}: no answer came`, { cause });
        }
        repeated += 1;
        await pause(backoff(repeated), asked.signal);
        continue;
      }
      this.#position = response.headers.get(POSITION) ?? this.#position;
      if (response.status < 400) {
        return response;
      }
      const { problem, answer } = await refusal(response, path);
      if (isProblem(problem, "unauthenticated") && session !== undefined && !renewed) {
        renewed = true;
        await this.renew(session);
        continue;
      }
      if (isProblem(problem, "session-ended") && session !== undefined) {
        await this.#forget(session);
        return answer;
      }
      if (isProblem(problem, "position-unknown") && position !== undefined) {
        // The database was put back to an earlier time.
        if (this.#position === position) {
          this.#position = undefined;
        }
        continue;
      }
      // What was not looked at any further may be repeated in any case.
      const untouched = isProblem(problem, "too-many-requests") || isProblem(problem, "not-caught-up");
      const limited = refreshes && response.status === 429;
      const again = untouched || limited || (repeatable && [502, 503, 504].includes(response.status));
      repeated += 1;
      const wait = retryAfter(response) ?? backoff(repeated);
      if (!may || !again || wait > longestWait) {
        return answer;
      }
      await pause(wait, asked.signal);
    }
  }

  /**
   * A new access token, unless another has come by one since. Where there is none to be had, the session is forgotten,
   * and the request that wanted it is refused by the service.
   */
  renew(seen: Session): Promise<void> {
    this.#renewing ??= this.settings
      .alone(async () => {
        const { session } = await this.settings.store.load();
        if (session === undefined || session.refreshToken !== seen.refreshToken) {
          return;
        }
        const kept = await this.settings.refresh(session.refreshToken);
        if (kept === undefined) {
          await this.#forget(session);
        } else {
          await this.settings.store.save(kept);
        }
      })
      .finally(() => {
        this.#renewing = undefined;
      });
    return this.#renewing;
  }

  /** Forgets the session, and keeps what shows the device. */
  async forget(): Promise<void> {
    const { device } = await this.settings.store.load();
    await this.settings.store.save(device === undefined ? {} : { device });
  }

  async #forget(session: Session): Promise<void> {
    if ((await this.settings.store.load()).session?.refreshToken === session.refreshToken) {
      await this.forget();
    }
  }

  /** JSON is read whole, so that an answer that breaks off is a lost one too; a file is left to be read as it comes. */
  async #once(request: Request, timeout: number): Promise<Response> {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(new DOMException("no answer in time", "TimeoutError")), timeout);
    try {
      const signal = AbortSignal.any([request.signal, late.signal]);
      const response = await this.settings.fetch(new Request(request, { signal }));
      const empty = [204, 205, 304].includes(response.status);
      if (empty || !/[/+]json\b/.test(response.headers.get("Content-Type") ?? "")) {
        return response;
      }
      const { status, statusText, headers } = response;
      return new Response(await response.arrayBuffer(), { status, statusText, headers });
    } finally {
      clearTimeout(timer);
    }
  }
}

/** What a refusal says. What is none of the service's, such as a proxy's page, becomes a problem without a kind. */
async function refusal(response: Response, path: string): Promise<{ problem: unknown; answer: Response }> {
  const text = await response.text();
  const headers = new Headers(response.headers);
  headers.delete("Content-Length");
  headers.delete("Content-Encoding");
  const media = headers.get("Content-Type")?.split(";")[0]?.trim();
  const ours = media === "application/problem+json" || (media === "application/json" && isOurs(path));
  let problem: unknown;
  try {
    problem = ours ? JSON.parse(text) : undefined;
  } catch {
    problem = undefined;
  }
  if (problem === undefined) {
    headers.set("Content-Type", "application/problem+json");
    const title = response.statusText || "Refused";
    problem = { type: "about:blank", title, status: response.status, detail: "What answered is not the service itself." };
  }
  const { status, statusText } = response;
  return { problem, answer: new Response(JSON.stringify(problem), { status, statusText, headers }) };
}

/** OAuth has refusals of its own (RFC 6749 §5.2), and `/readyz` answers what is not ready. */
function isOurs(path: string): boolean {
  return path.startsWith("/oauth/") || path === "/readyz";
}

function retryAfter(response: Response): number | undefined {
  const said = response.headers.get("Retry-After");
  if (said === null) {
    return undefined;
  }
  const wait = /^\d+$/.test(said) ? Number(said) * 1000 : Date.parse(said) - Date.now();
  return Number.isNaN(wait) ? undefined : Math.max(0, wait);
}

/** Longer each time, and by chance, so that not all come back at once. */
function backoff(repeated: number): number {
  return Math.min(8000, 250 * 2 ** repeated) * (0.5 + Math.random() / 2);
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    signal.addEventListener("abort", stop, { once: true });
  });
}
