import type { components } from "./generated/api.js";

/** It is refreshed so long before its end, in milliseconds, that it does not end on its way. */
const EARLY = 15_000;

type Granted = components["schemas"]["Granted"];

/** A session's tokens. Whoever has them is the member: keep them as a password is kept. */
export interface Session {
  readonly accessToken: string;
  readonly refreshToken: string;
  /** When the access token ends, by this device's clock (milliseconds since 1970). */
  readonly endsAt: number;
  /** Whose it is. */
  readonly person: string;
}

/** What a store keeps. */
export interface Kept {
  readonly session?: Session;
  /** Shows at the next sign-in that this device has signed in before. It outlives the session. */
  readonly device?: string;
}

/** Where it is kept. One that several tabs or processes share goes with an `alone` that they share. */
export interface SessionStore {
  load(): Kept | Promise<Kept>;
  save(kept: Kept): void | Promise<void>;
}

/** In memory, as long as the page or the process lives. */
export function memory(): SessionStore {
  let kept: Kept = {};
  return {
    load: () => kept,
    save: (now) => {
      kept = now;
    },
  };
}

export function keptOf(granted: Granted): Kept {
  return {
    session: {
      accessToken: granted.access_token,
      refreshToken: granted.refresh_token,
      endsAt: Date.now() + granted.expires_in * 1000,
      person: granted.person.id,
    },
    device: granted.device_token,
  };
}

export function isFresh(session: Session): boolean {
  return Date.now() < session.endsAt - EARLY;
}
