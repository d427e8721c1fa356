// What a reviewer is at: why they look, the case that they have claimed, and how the next one comes.
import { api, Refused, told, type Schemas } from "../../lib/api";
import { at, place } from "../../lib/router.svelte";

class Work {
  /** Why cases are looked at; it is said anew for each claim, and typed once. */
  reason = $state("");
  /** Whether the next case is claimed after a decision. */
  goOn = $state(true);
  /** What is shown of the case that was claimed last. */
  claim = $state.raw<Schemas["ClaimView"] | undefined>();
  /** What was decided last. */
  last = $state.raw<{ id: string; verdict: Schemas["Verdict"]; asked: Schemas["Verdict"] } | undefined>();
  /** What kept the next case from being claimed. */
  error = $state.raw<Refused | undefined>();
  /** That nothing is left that this reviewer may claim. */
  done = $state(false);

  async claimCase(id: string): Promise<void> {
    this.claim = await told(api.POST("/v1/admin/cases/{id}/claim", { params: { path: { id } }, body: { reason: this.reason.trim() } }));
    this.done = false;
  }

  /** Claims the first case that may be claimed, one's own first, and opens it; answers whether there was one. */
  async next(): Promise<boolean> {
    const open = (await told(api.GET("/v1/admin/cases", { params: { query: { state: "open", limit: 50 } } }))).items;
    const order = [...open.filter((one) => one.yours), ...open.filter((one) => !one.claimed)];
    for (const one of order) {
      try {
        await this.claimCase(one.id);
        place.go(at("reviews", one.id));
        return true;
      } catch (error) {
        // Somebody else was quicker, or it is about somebody whom this reviewer may not decide about: the one after it.
        if (error instanceof Refused && ["review-conflict", "case-claimed", "case-decided", "case-lapsed"].includes(error.kind)) continue;
        throw error;
      }
    }
    this.claim = undefined;
    this.done = true;
    return false;
  }

  async decide(id: string, asked: Schemas["Verdict"], reason: string): Promise<void> {
    const decided = await told(api.POST("/v1/admin/cases/{id}/decision", { params: { path: { id } }, body: { verdict: asked, reason } }));
    this.last = { id, verdict: decided.verdict, asked };
    this.claim = undefined;
  }

  /** What comes after a decision. */
  async onward(): Promise<void> {
    this.error = undefined;
    if (!this.goOn) return place.go(at("reviews"));
    try {
      if (!(await this.next())) place.go(at("reviews"));
    } catch (error) {
      this.error = error instanceof Refused ? error : new Refused(0, {});
    }
  }

  async release(id: string, reason: string): Promise<void> {
    await told(api.POST("/v1/admin/cases/{id}/release", { params: { path: { id } }, body: { reason } }));
    if (this.claim?.case.id === id) this.claim = undefined;
  }
}

/** The work of whoever reviews. */
export const work = new Work();
