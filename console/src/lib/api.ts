// The API, as the console asks it: by the browser's session, with the page's token.
import createClient, { type Middleware } from "openapi-fetch";
import type { components, paths } from "./schema.d.ts";

/** What the API speaks of, by its own names. */
export type Schemas = components["schemas"];

const meta = (name: string) => document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content ?? "";

/** Where the service is below the host: nothing, or a path without a slash at its end. */
export const BASE = meta("base");
/** What the community is called. */
export const COMMUNITY = meta("community");

/** A refusal, as the API gives it (RFC 9457). */
export class Refused extends Error {
  readonly kind: string;
  readonly status: number;
  readonly field: string | undefined;
  readonly requestId: string | undefined;
  readonly retryAfter: number | undefined;
  readonly title: string;
  readonly rows: readonly { row: number; column?: string | null; detail: string }[];

  constructor(status: number, body: Partial<Schemas["Problem"]>) {
    super(body.detail ?? "The service cannot be reached. Try again in a moment.");
    this.status = status;
    this.kind = String(body.type ?? "").replace("urn:vouchsafe:problem:", "");
    this.title = body.title ?? (status ? `Refused (${status})` : "No answer");
    this.field = body.field ?? undefined;
    this.requestId = body.request_id ?? undefined;
    this.retryAfter = body.retry_after ?? undefined;
    this.rows = body.rows ?? [];
  }
}

/** Sends the browser to sign in, and back here. */
export function signIn(): void {
  const here = location.pathname.slice(BASE.length) + location.search;
  location.assign(`${BASE}/signin?next=${encodeURIComponent(here)}`);
}

/** The position of the last change: what is looked at next is no older, whichever replica answers. */
let position: { value: string; until: number } | undefined;

const ours: Middleware = {
  onRequest({ request }) {
    if (request.method !== "GET") {
      request.headers.set("X-Form-Token", meta("form-token"));
      if (!request.headers.has("Idempotency-Key")) request.headers.set("Idempotency-Key", crypto.randomUUID());
    } else if (position && position.until > Date.now()) {
      request.headers.set("Vouchsafe-At-Least", position.value);
    }
    return request;
  },
  async onResponse({ request, response }) {
    const at = response.headers.get("Vouchsafe-Position");
    if (at && request.method !== "GET") position = { value: at, until: Date.now() + 30_000 };
    if (response.ok) return;
    const body = await response.clone().json().catch(() => ({}));
    const refused = new Refused(response.status, body);
    if (refused.kind === "unauthenticated" || refused.kind === "session-ended") signIn();
    throw refused;
  },
};

/** Asks the API; an answer that is a refusal is thrown as [`Refused`]. */
export const api = createClient<paths>({ baseUrl: BASE, credentials: "same-origin" });
api.use(ours);

/** What was answered. */
export async function told<T>(answer: Promise<{ data?: T; response: Response }>): Promise<T> {
  try {
    return (await answer).data as T;
  } catch (error) {
    if (error instanceof Refused || (error instanceof DOMException && error.name === "AbortError")) throw error;
    throw new Refused(0, {});
  }
}

/** Whoever is at the console. */
export type Me = Schemas["MeView"];
