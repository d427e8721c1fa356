// Whom a room is for, what somebody is there and what is done about them, in words.
import type { Schemas } from "../../lib/api";
import { nameOf } from "../../lib/names.svelte";
import { plain, short } from "../../lib/words";
import type { Room } from "./words";

/** What is asked of somebody besides, as a form holds it. */
export type Conditions = { roles: Schemas["Role"][]; branch: string | null; age_from: number | null; age_below: number | null };
export type Who = Record<"enters" | "speaks" | "moderates", Conditions>;
/** What a room asks for. */
export type Terms = Pick<Room, "enter" | "speak" | "capacity" | "access" | "speakers"> & { who: Who };

export const ROLES: Schemas["Role"][] = ["owner", "admin", "auditor", "reviewer", "member"];
export const ACCESS: Record<Schemas["RoomAccess"], string> = { members: "Members", guests: "Guests: whoever has a place in it" };
export const SPEAKERS: Record<Schemas["Speakers"], string> = { everybody: "Everybody who may", stage: "Whoever was asked to the stage" };

const asked = (from: Schemas["ConditionsBody"] | undefined): Conditions => ({
  roles: [...(from?.roles ?? [])],
  branch: from?.branch ?? null,
  age_from: from?.age_from ?? null,
  age_below: from?.age_below ?? null,
});

/** The terms of a room, for a form; of a new one where none is given. */
export const termsOf = (room?: Room): Terms => ({
  enter: room?.enter ?? "contact",
  speak: room?.speak ?? "contact",
  capacity: room?.capacity ?? 8000,
  access: room?.access ?? "members",
  speakers: room?.speakers ?? "everybody",
  who: { enters: asked(room?.who.enters), speaks: asked(room?.who.speaks), moderates: asked(room?.who.moderates) },
});

/** What is asked besides, in words. */
export function inWords(of: Schemas["ConditionsBody"] | undefined): string[] {
  const said: string[] = [];
  if (of?.roles?.length) said.push(`of the role ${of.roles.map(plain).join(" or ")}`);
  if (of?.branch) said.push(`in the branch of ${calledBy(of.branch)}`);
  if (of?.age_from) said.push(`at least ${of.age_from} years old`);
  if (of?.age_below) said.push(`younger than ${of.age_below}`);
  return said;
}

/** What somebody is called, or the end of their id. */
export const calledBy = (id: string) => {
  const handle = nameOf(id)?.handle;
  return handle ? `@${handle}` : short(id);
};

/** What somebody may do in a room. */
export const PARTS: Record<Schemas["ParticipantRole"], string> = { speaker: "speaks", listener: "listens", hidden: "listens hidden" };

export const PLACES: Record<Schemas["Place"], { text: string; does: string }> = {
  guest: { text: "guest", does: "They may enter, also where it is a room for guests or for others." },
  speaker: { text: "speaker", does: "They may enter, and speak from the stage." },
  moderator: { text: "moderator", does: "They may enter and speak, and warn, mute and put out whoever does not moderate." },
  hidden: { text: "hidden", does: "They may enter, listen and are shown to nobody. The room's server must be able to hide them." },
};

/** What can be done about somebody in a room. */
export const ACTS: Record<Schemas["Act"], { text: string; done: string; does: string }> = {
  warn: { text: "Warn", done: "warned", does: "They are shown it, with the reason, for a day." },
  mute: { text: "Mute", done: "muted", does: "They listen, whatever ticket they take, until it is over." },
  put_out: { text: "Put out", done: "put out", does: "They are out at once, and get no ticket until it is over." },
  to_stage: { text: "To the stage", done: "asked to the stage", does: "They may speak from now on; whoever was muted no longer is." },
  off_stage: { text: "Off the stage", done: "asked off the stage", does: "They listen from now on." },
  unmute: { text: "Unmute", done: "unmuted", does: "They are muted no longer." },
  let_in: { text: "Let in again", done: "let in again", does: "They may take a ticket again at once." },
};
export const REASONS: Schemas["ReasonCode"][] = ["spam", "abuse", "false_identity", "ban_evasion", "security", "request", "other"];

/** Why a seat ended before its time. */
export const ENDS: Record<Schemas["TicketEnd"], string> = {
  left: "They left",
  replaced: "They took another seat, as with another device",
  sanctioned: "They came under a sanction",
  assurance: "They are not known well enough for the room",
  spoke: "They spoke where they were to listen",
  put_out: "A moderator or a filter put them out",
  not_admitted: "The room is no longer for them: by their place, role, branch or age",
  closed: "The room was closed",
  moved: "The room was taken off the server that it was on",
};

/** A time that is still to come. */
export const ahead = (at: string | null | undefined) => (at && new Date(at).getTime() > Date.now() ? at : undefined);
