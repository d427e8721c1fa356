export { type ItemOf, type ListPath, type Options, type Schemas, Vouchsafe } from "./client.js";
export type { operations, paths } from "./generated/api.js";
export {
  ConnectionLost,
  isProblem,
  type Problem,
  ProblemError,
  type ProblemName,
  type ProblemOf,
  type ProblemType,
  unwrap,
} from "./problems.js";
export { type Kept, memory, type Session, type SessionStore } from "./session.js";
