import type { components } from "./generated/api.js";
import type { ProblemStatus } from "./generated/facts.js";

type Said = components["schemas"]["Problem"];

/** The `type` of every problem that this version knows. */
export type ProblemType = keyof ProblemStatus;

/** The name at the end of a problem's `type`. */
export type ProblemName = ProblemType extends `urn:vouchsafe:problem:${infer Name}` ? Name : never;

/** Problems of these kinds. */
export type ProblemOf<T extends ProblemType> = {
  [K in T]: Omit<Said, "type" | "status"> & { type: K; status: ProblemStatus[K] };
}[T];

/**
 * A refusal (RFC 9457): a union that `switch (problem.type)` takes apart. A later service may know more kinds, and what
 * stands in between may answer by itself (`about:blank`): leave a `default`, and do there what `status` says.
 */
export type Problem = ProblemOf<ProblemType>;

const PREFIX = "urn:vouchsafe:problem:";

/** Whether something is a problem, of this kind where one is named. */
export function isProblem(value: unknown): value is Problem;
export function isProblem<N extends ProblemName>(
  value: unknown,
  name: N,
): value is ProblemOf<Extract<ProblemType, `urn:vouchsafe:problem:${N}`>>;
export function isProblem(value: unknown, name?: string): boolean {
  if (typeof value !== "object" || value === null || !("type" in value) || !("status" in value)) {
    return false;
  }
  return name === undefined || value.type === PREFIX + name;
}

/** A problem, thrown by what does not answer it: `unwrap`, `each`, `signIn`. */
export class ProblemError<P = Problem> extends Error {
  override readonly name = "ProblemError";

  constructor(
    /** What was refused, and why. */
    readonly problem: P,
    /** The HTTP status. */
    readonly status: number,
  ) {
    const said: { title?: unknown; detail?: unknown; type?: unknown; error?: unknown } = Object(problem);
    super(`${said.title ?? said.error ?? "Refused"}. ${said.detail ?? ""} (${said.type ?? status})`);
  }
}

/** No answer came. What was asked may have been done, unless it was only a question. */
export class ConnectionLost extends Error {
  override readonly name = "ConnectionLost";
}

/** What succeeded; what was refused is thrown as `ProblemError`. */
export function unwrap<T, E>(
  answer: { data: T; error?: never; response: Response } | { data?: never; error: E; response: Response },
): T {
  if (!answer.response.ok) {
    throw new ProblemError(answer.error, answer.response.status);
  }
  return answer.data as T;
}
