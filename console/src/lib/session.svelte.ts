// Whoever is at the console, and what they may do there. The API decides; this only hides what it would refuse.
import { api, told, type Me } from "./api";
import { Load } from "./load.svelte";

export const me = new Load<Me>(() => told(api.GET("/v1/me")));

const is = (...roles: Me["role"][]) => me.data !== undefined && roles.includes(me.data.role);

/** May read what the community is and what happened in it. */
export const reads = () => is("owner", "admin", "auditor");
/** May act on people, invites and rooms. */
export const acts = () => is("owner", "admin");
/** May decide who is let in. */
export const reviews = () => is("owner", "admin", "reviewer");
export const owns = () => is("owner");
/** May see small figures and whose names were looked at. */
export const audits = () => is("owner", "auditor");
