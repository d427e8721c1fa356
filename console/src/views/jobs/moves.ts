// A job comes on by steps that are no events of their own; what it does to people and invites is told, and then it is looked at again.
import { live } from "../../lib/live.svelte";

/** Calls `again` soon after something happened that a job may have done: every second at most. */
export function moves(again: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const off = live.on((event) => {
    if (!/^(job|import|action|person|sanction|ban|invite|member|applicant)_/.test(event.type)) return;
    timer ??= setTimeout(() => {
      timer = undefined;
      again();
    }, 1000);
  });
  return () => {
    clearTimeout(timer);
    off();
  };
}
