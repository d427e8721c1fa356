// How jobs are spoken of.
import type { Schemas } from "../../lib/api";
import { title } from "../../lib/words";

export type Job = Schemas["JobShown"];

const KINDS: Record<string, string> = {
  import: "Import of a history",
  sample_community: "Sample community",
  sanctions: "Sanctions on many",
  invites: "Invites from a list",
  campaign_revocation: "Taking back a campaign's invites",
};
export const kindOf = (job: Job) => KINDS[job.kind] ?? title(job.kind);

/** An open job that has not come on for so long waits for somebody. */
const STUCK = 5 * 60_000;

export function stateOf(job: Job): { text: string; tone: string } {
  if (job.state === "done") return { text: "done", tone: "good" };
  if (job.state === "cancelled") return { text: "cancelled", tone: "" };
  return Date.now() - Date.parse(job.moved_at) > STUCK ? { text: "stands still", tone: "bad" } : { text: "runs", tone: "warn" };
}

export const share = (job: Job) => (job.steps ? Math.floor((100 * job.done) / job.steps) : job.state === "done" ? 100 : 0);

/** Words that an outcome is said with where something went wrong. */
export const isBad = (outcome: string) => /fail|refus|error|invalid|unknown|exempt|limit|not_|missing|conflict/.test(outcome);

/** What a job calls an item: the rows of a file are numbered. */
export const itemOf = (item: string) => (/^\d+$/.test(item) ? `Row ${Number(item)}` : item);
