// The one table of views. A view is a folder here, and is loaded when it is opened first.
import type { Component } from "svelte";
import type { Me } from "../lib/api";

export type View = {
  /** The word in its address. */
  path: string;
  /** What it is called. */
  title: string;
  /** Under what it stands. */
  group: string;
  /** Who may see something in it. */
  roles: Me["role"][];
  load: () => Promise<{ default: Component }>;
};

const READERS: Me["role"][] = ["owner", "admin", "auditor"];
/** Auditors see the figures of reviews, and no case. */
const REVIEWERS: Me["role"][] = ["owner", "admin", "reviewer", "auditor"];

export const VIEWS: View[] = [
  { path: "graph", title: "Graph", group: "Community", roles: READERS, load: () => import("./graph/index.svelte") },
  { path: "people", title: "People", group: "Community", roles: READERS, load: () => import("./people/index.svelte") },
  { path: "invites", title: "Invites", group: "Community", roles: READERS, load: () => import("./invites/index.svelte") },
  { path: "waitlist", title: "Waitlist", group: "Community", roles: READERS, load: () => import("./waitlist/index.svelte") },
  { path: "leads", title: "Leads", group: "Work", roles: READERS, load: () => import("./leads/index.svelte") },
  { path: "actions", title: "Actions", group: "Work", roles: READERS, load: () => import("./actions/index.svelte") },
  { path: "reviews", title: "Reviews", group: "Work", roles: REVIEWERS, load: () => import("./reviews/index.svelte") },
  { path: "reports", title: "Reports", group: "Work", roles: READERS, load: () => import("./reports/index.svelte") },
  { path: "appeals", title: "Appeals", group: "Work", roles: ["owner", "admin"], load: () => import("./appeals/index.svelte") },
  { path: "jobs", title: "Jobs", group: "Work", roles: READERS, load: () => import("./jobs/index.svelte") },
  { path: "rooms", title: "Rooms", group: "Service", roles: READERS, load: () => import("./rooms/index.svelte") },
  { path: "ledger", title: "Ledger", group: "Service", roles: READERS, load: () => import("./ledger/index.svelte") },
  { path: "policy", title: "Policy", group: "Service", roles: READERS, load: () => import("./policy/index.svelte") },
  { path: "health", title: "Health", group: "Service", roles: READERS, load: () => import("./health/index.svelte") },
  { path: "services", title: "Services", group: "Service", roles: ["owner"], load: () => import("./services/index.svelte") },
];

/** The views that somebody in this role sees. */
export const viewsOf = (role: Me["role"]) => VIEWS.filter((view) => view.roles.includes(role));

