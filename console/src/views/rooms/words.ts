// How rooms and their servers are spoken of.
import kinds from "described:servers";
import type { Schemas } from "../../lib/api";
import { title } from "../../lib/words";

export type Room = Schemas["RoomView"];
export type Server = Schemas["ServerView"];

export const LEVELS: Record<Schemas["Assurance"], string> = {
  none: "None: anybody",
  contact: "Contact: an address is proved",
  checked: "Checked: a name and a document that holds",
  verified: "Verified: a reviewer has seen name and document",
};
export const CHOICES = Object.entries(LEVELS) as [Schemas["Assurance"], string][];

export const CAPABILITIES: Record<Schemas["Capability"], string> = {
  list: "keeps a list of who may enter",
  signed: "takes signed tickets",
  removal: "puts somebody out",
  observation: "says who is in",
  bulk: "takes many changes at once",
  muting: "mutes somebody",
  connections: "ends connections",
  naming: "shows names that a ticket vouches for",
  hiding: "hides whoever is to listen unseen",
};

export const HEALTH: Record<Schemas["HealthWord"], { text: string; tone: string }> = {
  well: { text: "well", tone: "good" },
  failing: { text: "failing", tone: "bad" },
  unknown: { text: "not known yet", tone: "warn" },
  not_asked: { text: "is not asked", tone: "" },
};

export const isServer = (id: string) => /^server_[0-7][0-9a-z]{25}$/.test(id);

export const stateOf = (room: Room) => {
  const failing = room.servers.filter((one) => one.failure).length;
  if (failing) return failing === room.servers.length ? { text: "failing", tone: "bad" } : { text: "failing in part", tone: "warn" };
  return room.open ? { text: "open", tone: "good" } : { text: "closed", tone: "" };
};

/** What a view says of a server that is the same for each kind. The rest are the kind's own settings. */
const COMMON = ["id", "kind", "capabilities", "health", "health_since", "failure", "failing_rooms", "last_out", "created_at"];
export const settingsOf = (server: Server) => Object.entries(server).filter(([name, value]) => !COMMON.includes(name) && value !== null && typeof value !== "object");
export const figuresOf = (server: Server) => Object.entries(server).filter(([name, value]) => !COMMON.includes(name) && value !== null && typeof value === "object") as [string, object][];

/** What a setting is called. */
export const called = (name: string) => title(name).replaceAll(/\b(url|uri|api|id|ttl|tls|sdk)(s?)\b/gi, (_, word: string, many: string) => word.toUpperCase() + many);

/** What a kind of server is called. */
export const kindOf = (kind: string | undefined) => kinds.find((one) => one.kind === kind)?.title ?? title(kind ?? "");
