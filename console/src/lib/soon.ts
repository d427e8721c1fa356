// Routes that an older service does not have yet: what they would answer is nothing then.
import { api, Refused, told } from "./api";

type Loose = (path: string, init?: object) => Promise<{ data?: unknown; response: Response }>;

async function loose<T>(call: Loose, path: string, init?: object): Promise<T | undefined> {
  try {
    return (await told(call(path, init))) as T;
  } catch (error) {
    if (error instanceof Refused && error.kind === "not-found") return undefined;
    throw error;
  }
}

/** Asks; nothing where there is no such route. */
export const get = <T>(path: string, init?: object) => loose<T>(api.GET as unknown as Loose, path, init);
export const post = <T>(path: string, init?: object) => loose<T>(api.POST as unknown as Loose, path, init);
export const remove = <T>(path: string, init?: object) => loose<T>(api.DELETE as unknown as Loose, path, init);
