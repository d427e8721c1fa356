import type { Schemas } from "../../lib/api";
import { count, day, short } from "../../lib/words";

/** Where an action stands, in words. */
export const STATES: Record<Schemas["ActionState"], string> = {
  draft: "draft",
  proposed: "waits for approval",
  approved: "approved",
  applying: "being applied",
  applied: "applied",
  undoing: "being undone",
  undone: "undone",
  withdrawn: "withdrawn",
  expired: "expired",
};

/** What each kind of sanction does. */
export const KINDS: Record<Schemas["SanctionKind"], string> = {
  freeze: "Freeze: they may not invite",
  quarantine: "Quarantine: they only listen and may not invite",
  suspend: "Suspend: they are out until a time",
  ban: "Ban: they are out",
};

/** Why, as codes that the ledger records. */
export const REASONS: Record<Schemas["ReasonCode"], string> = {
  spam: "spam",
  abuse: "abuse",
  false_identity: "false identity",
  ban_evasion: "evades a ban",
  security: "security",
  request: "at their own request",
  other: "something else",
};

/** Why somebody is left out. */
export const LEFT_OUT: Record<Schemas["LeftOut"], string> = {
  staff: "has a role",
  oneself: "drafted it",
  sanctioned: "is under as grave a sanction already",
  left: "has left",
  named: "left out by name",
};

/** On whom an action is. */
export function about(selection: Schemas["Selection"]): string {
  const without = selection.without?.length ? `, without ${count(selection.without.length, "person", "people")}` : "";
  if (selection.people?.length) return count(selection.people.length, "chosen person", "chosen people") + without;
  const since = selection.joined_since ? `joined since ${day(selection.joined_since)}` : "";
  if (!selection.branch) return (since && `everybody who ${since}`) + without;
  return `the branch of ${short(selection.branch)}${since && `, ${since}`}${without}`;
}
