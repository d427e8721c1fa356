// What a document would change, before it is in force.
import { api, told, type Schemas } from "../../lib/api";

type Somebody = { id: string; handle?: string | null; assurance: Schemas["Assurance"] };
export type Simulated = {
  changes: { path: string; from?: unknown; to?: unknown }[];
  below: { demand: string; from?: unknown; to?: unknown; people: number; sample?: Somebody[] }[];
};

export const simulate = (document: string) => told(api.POST("/v1/admin/policy/simulate" as never, { body: { document } } as never) as Promise<{ data?: Simulated; response: Response }>);
