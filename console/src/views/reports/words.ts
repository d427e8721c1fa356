import type { Schemas } from "../../lib/api";

/** What reports came to. */
export const OUTCOMES: Record<Schemas["ReportOutcome"], string> = {
  unfounded: "Unfounded",
  no_action: "Founded, and nothing is done",
  spoken_to: "They were spoken to",
  sanctioned: "They were sanctioned",
};
