// What people are called whom an answer names by id alone. Each is asked for once, when they come into sight.
import { SvelteMap } from "svelte/reactivity";
import { api, told, type Schemas } from "./api";
import { live } from "./live.svelte";
import { reads } from "./session.svelte";

type Known = Pick<Schemas["Person"], "id" | "handle" | "standing">;

const known = new SvelteMap<string, Known>();
const waiting: string[] = [];
const asked = new Set<string>();
let running = 0;

async function next(): Promise<void> {
  if (running >= 3) return;
  const id = waiting.shift();
  if (!id) return;
  running++;
  try {
    const page = await told(api.GET("/v1/admin/people", { params: { query: { id, limit: 1 } } }));
    const found = page.items[0];
    if (found) known.set(id, found);
  } catch {
    // The short id stands there instead; the next view asks again.
    asked.delete(id);
  }
  running--;
  void next();
}

live.on((event) => {
  if (event.subject && ["handle_changed", "person_left", "person_banned", "ban_lifted", "person_sanctioned", "sanction_lifted"].includes(event.type)) forget(event.subject);
});

function forget(id: string) {
  if (!asked.delete(id)) return;
  if (known.has(id)) want(id);
}

/** Asks what somebody is called, unless it is known. */
export function want(id: string): void {
  if (asked.has(id) || !reads()) return;
  asked.add(id);
  waiting.push(id);
  void next();
}

/** What is known of somebody. */
export const nameOf = (id: string): Known | undefined => known.get(id);
