// Words for invites.
import type { Schemas } from "../../lib/api";
import { plain, title } from "../../lib/words";

type Invite = Schemas["OverseenInviteView"];

export const KINDS: Record<Schemas["InviteKind"], string> = { email: "By mail", phone: "By text message", link: "Open link" };

export const STATES: Record<Schemas["InviteState"], string> = {
  open: "Open",
  not_yet: "Not open yet",
  held: "Somebody is on the way in",
  used: "Used",
  expired: "Expired",
  revoked: "Taken back",
  declined: "Declined",
  passed_on: "Passed on",
  suspended: "Void while its inviter is sanctioned",
  room_closed: "Its room is closed, or private since",
  undeliverable: "Could not be delivered",
  refused: "Refused by a reviewer",
};

/** Where an invite stands, and who ended it. */
export function stateOf(invite: Invite): string {
  if (invite.state !== "revoked" || !invite.ended_by) return STATES[invite.state] ?? title(invite.state);
  return invite.ended_by === "void" ? "Void" : `Taken back by ${invite.ended_by === "admin" ? "an admin" : invite.ended_by === "inviter" ? "its inviter" : plain(invite.ended_by)}`;
}

/** How an invite's state is shown: good, bad, warn, or none of them. */
export function tone(invite: Invite): string {
  if (invite.state === "open" || invite.state === "held") return "good";
  if (invite.state === "undeliverable" || invite.state === "refused") return "bad";
  return invite.state === "suspended" || invite.state === "room_closed" || (invite.state === "revoked" && invite.ended_by === "admin") ? "warn" : "";
}

/** Why an admin takes an invite back. */
export const REASONS: Record<Schemas["RevokeReason"], string> = { leaked: "It leaked", abuse: "It was abused", mistake: "It was a mistake", other: "Something else" };
