import type { Schemas } from "../../lib/api";

/** How those who are let in are chosen. */
export const WAYS: Record<Schemas["Way"], { label: string; text: string }> = {
  order: { label: "By order", text: "Who has waited longest is let in." },
  chance: { label: "By chance", text: "A seed is drawn and shown, so that anybody can draw it again." },
  referral: { label: "By referral", text: "Those for whom most members in good standing vouch are let in, and nobody for whom none does." },
};
