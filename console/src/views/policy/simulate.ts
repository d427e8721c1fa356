// What a document would change, before it is in force.
import { api, told, type Schemas } from "../../lib/api";

type Level = Schemas["Assurance"];
export type Simulated = {
  /** The version that it was compared with. */
  version: number;
  changes: { path: string; from?: unknown; to?: unknown }[];
  below: { demand: string; from?: unknown; to?: unknown; people: number; sample: { id: string; handle?: string | null; assurance: Level }[] }[];
  rooms: { demand: string; from: Level; to: Level; rooms: number; people: number }[];
  invites: { looked_at: number; more_uses: number; live_longer: number };
  phone_countries_refused: string[];
  document_countries_refused: string[];
};

type Loose = (path: string, init: object) => Promise<{ data?: Simulated; response: Response }>;
export const simulate = (document: string) => told((api.POST as unknown as Loose)("/v1/admin/policy/simulate", { body: { document } }));

/** How many it would shut out of something, in all demands. */
export const shutOut = (of: Simulated) => of.below.reduce((sum, demand) => sum + demand.people, 0) + of.rooms.reduce((sum, room) => sum + room.people, 0);
