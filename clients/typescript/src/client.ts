import createClient, { type Client, type FetchOptions } from "openapi-fetch";

import { Exchanges } from "./exchange.js";
import type { components, paths } from "./generated/api.js";
import { ProblemError, unwrap } from "./problems.js";
import { keptOf, memory, type Session, type SessionStore } from "./session.js";

/** Every schema of the API description, by name: `Schemas["InviteView"]`. */
export type Schemas = components["schemas"];

export interface Options {
  /** Where the service is: `https://vouch.example.org`. */
  baseUrl: string;
  /** Keeps the session; in memory where nothing is said. */
  store?: SessionStore;
  /**
   * Runs some work while no other tab or process does, which shares the store: a refresh token is good once. In a
   * browser: `(work) => navigator.locks.request("vouchsafe", work)`.
   */
  alone?: <T>(work: () => Promise<T>) => Promise<T>;
  /** How often a request is repeated at most, where that is safe. Default 4. */
  repeats?: number;
  /** A refusal that asks to wait for more seconds than these is answered at once. Default 30. */
  longestWait?: number;
  /** Seconds until an answer is taken for lost; a file may take longer once it has begun. Default 30. */
  timeout?: number;
  /** In place of the global `fetch`. */
  fetch?: (request: Request) => Promise<Response>;
}

type List = { items: unknown[]; next?: string | null };
type AnswerOf<P extends keyof paths> = paths[P] extends {
  get: { responses: { 200: { content: { "application/json": infer A } } } };
}
  ? A
  : never;

/** The paths of lists, which come page by page. */
export type ListPath = {
  [P in keyof paths]: [AnswerOf<P>] extends [never] ? never : AnswerOf<P> extends List ? P : never;
}[keyof paths];

/** An item of a list. */
export type ItemOf<P extends ListPath> = AnswerOf<P> extends { items: (infer I)[] } ? I : never;

/** What follows a path: it may be left out where nothing in it must be said. */
type Rest<Init> = object extends Init ? [init?: Init] : [init: Init];
type Calls = Client<paths>;

/**
 * A client of one service, for one caller. `GET`, `POST`, `PUT` and `DELETE` are openapi-fetch's: they take a path of
 * the API description and answer `{ data }` or `{ error }`, where `error` is one of the problems that the operation
 * sends.
 */
export class Vouchsafe {
  readonly GET: Calls["GET"];
  readonly POST: Calls["POST"];
  readonly PUT: Calls["PUT"];
  readonly DELETE: Calls["DELETE"];
  readonly #exchanges: Exchanges;
  readonly #baseUrl: string;

  constructor(options: Options);
  /** @internal */
  constructor(options: Options, shared: Exchanges, bearer: string);
  constructor(options: Options, shared?: Exchanges, bearer?: string) {
    this.#baseUrl = options.baseUrl;
    this.#exchanges =
      shared ??
      new Exchanges({
        fetch: options.fetch ?? ((request) => globalThis.fetch(request)),
        store: options.store ?? memory(),
        alone: options.alone ?? ((work) => work()),
        repeats: options.repeats ?? 4,
        longestWait: (options.longestWait ?? 30) * 1000,
        timeout: (options.timeout ?? 30) * 1000,
        refresh: (refreshToken) => this.#refresh(refreshToken),
      });
    const calls = createClient<paths>({ baseUrl: options.baseUrl });
    calls.use({
      onRequest: ({ request, schemaPath }) => this.#exchanges.send(request, schemaPath, bearer),
    });
    this.GET = calls.GET;
    this.POST = calls.POST;
    this.PUT = calls.PUT;
    this.DELETE = calls.DELETE;
  }

  /**
   * The same client for somebody else: whoever is on their way in (`flow_token`), waits (`token`) or appeals
   * (`appeal_token`).
   */
  withToken(token: string): Vouchsafe {
    return new Vouchsafe({ baseUrl: this.#baseUrl }, this.#exchanges, token);
  }

  /** Who is signed in. */
  async session(): Promise<Session | undefined> {
    return (await this.#exchanges.settings.store.load()).session;
  }

  /** Signs in, and goes on as that member. What is refused is thrown as `ProblemError`. */
  async signIn(credentials: Schemas["Credentials"]): Promise<Schemas["Granted"]> {
    const { device } = await this.#exchanges.settings.store.load();
    const header = device === undefined ? {} : { "Vouchsafe-Device": device };
    const granted = unwrap(await this.POST("/v1/sessions", { body: credentials, params: { header } }));
    await this.take(granted);
    return granted;
  }

  /** Goes on as whoever this is: the session of a finished onboarding, or of a sign-in of one's own. */
  async take(granted: Schemas["Granted"]): Promise<void> {
    await this.#exchanges.settings.store.save(keptOf(granted));
  }

  /** Signs out, and forgets the session. */
  async signOut(): Promise<void> {
    try {
      if ((await this.session()) !== undefined) {
        unwrap(await this.DELETE("/v1/sessions/current"));
      }
    } finally {
      await this.#exchanges.forget();
    }
  }

  /** All items of a list, page by page. What is refused is thrown as `ProblemError`. */
  async *each<P extends ListPath>(
    path: P,
    ...init: Rest<FetchOptions<paths[P]["get"]>>
  ): AsyncGenerator<ItemOf<P>, void, undefined> {
    const get = this.GET as unknown as (
      path: string,
      init: object,
    ) => Promise<{ data: List; response: Response } | { data?: never; error: unknown; response: Response }>;
    const given: { params?: { query?: object } } = init[0] ?? {};
    let cursor: string | null | undefined;
    do {
      const query = { ...given.params?.query, ...(cursor ? { cursor } : {}) };
      const answer = await get(path, { ...given, params: { ...given.params, query } });
      if (answer.data === undefined) {
        throw new ProblemError(answer.error, answer.response.status);
      }
      yield* answer.data.items as ItemOf<P>[];
      cursor = answer.data.next;
    } while (cursor);
  }

  async #refresh(refreshToken: string): Promise<ReturnType<typeof keptOf> | undefined> {
    const { data, error, response } = await this.POST("/oauth/token", {
      body: { grant_type: "refresh_token", refresh_token: refreshToken },
      bodySerializer: (form) => new URLSearchParams(form as Record<string, string>),
      headers: { "Content-Type": "application/x-www-form-urlencoded" },
    });
    if (data !== undefined) {
      return keptOf(data);
    }
    if ("error" in error && error.error === "invalid_grant") {
      return undefined;
    }
    throw new ProblemError(error, response.status);
  }
}
