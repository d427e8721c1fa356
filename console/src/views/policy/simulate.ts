// What a document would change, before it is in force.
import { api, told, type Schemas } from "../../lib/api";

export type Simulated = Schemas["PolicySimulated"];

export const simulate = (document: string) => told(api.POST("/v1/admin/policy/simulate", { body: { document } }));

/** How many it would shut out of something, in all demands. */
export const shutOut = (of: Simulated) => of.below.reduce((sum, demand) => sum + demand.people, 0) + of.rooms.reduce((sum, room) => sum + room.people, 0);
