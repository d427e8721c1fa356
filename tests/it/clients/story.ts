// The first chapter of `story_invites`, by the TypeScript client as it is packed.
//
// usage: node story.js URL
// What no client can do it asks of whoever runs it: a line of JSON out, a line of JSON in (`play.rs`).

import assert from "node:assert/strict";
import { createInterface } from "node:readline";

import {
  isProblem,
  type Kept,
  type Problem,
  ProblemError,
  type ProblemName,
  type Schemas,
  type SessionStore,
  unwrap,
  Vouchsafe,
} from "vouchsafe-client";

const PASSWORD = "seven quiet herons wade";
const FULL = "+8613812345699";
const MINUTE = 60;
const DAY = 24 * 60 * MINUTE;
const baseUrl = process.argv[2] ?? "";

const answers = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
async function ask<T = object>(asked: object): Promise<T> {
  process.stdout.write(`${JSON.stringify(asked)}\n`);
  return JSON.parse((await answers.next()).value as string) as T;
}
interface Seen {
  refreshes: number;
  invites: number;
  at_least: number;
  asked_to_refresh: number;
}
const seen = () => ask<Seen>({ ask: "seen" });
const codeOf = async (ask_: "invite" | "proof", to: string) => (await ask<{ code: string }>({ ask: ask_, to })).code;
const address = (name: string) => `${name}@vouch.example.org`;

async function refused(work: Promise<{ error?: unknown }>, name: ProblemName): Promise<Problem> {
  const { error } = await work;
  assert(isProblem(error, name), `${name}: ${JSON.stringify(error)}`);
  return error;
}

async function member(name: string, store?: SessionStore): Promise<Vouchsafe> {
  const client = new Vouchsafe({ baseUrl, ...(store === undefined ? {} : { store }) });
  await client.signIn({ contact: address(name), password: PASSWORD });
  return client;
}

/** Comes in by an invite; the client of the new member. */
async function comeIn(code: string, to: string): Promise<Vouchsafe> {
  const client = new Vouchsafe({ baseUrl });
  const path = { code };
  const preview = unwrap(await client.GET("/v1/invites/{code}", { params: { path } }));
  assert.deepEqual(preview.asks, ["contact", "credentials"] satisfies Schemas["Step"][]);
  assert.equal(preview.kind, to.includes("@") ? "email" : "phone");

  const begun = unwrap(await client.POST("/v1/onboarding", { body: { code } }));
  const newcomer = client.withToken(begun.flow_token);
  const params = { path: { flow: begun.flow } };
  await refused(
    newcomer.POST("/v1/onboarding/{flow}/password", { params, body: { password: PASSWORD } }),
    "step-out-of-order",
  );
  unwrap(await newcomer.POST("/v1/onboarding/{flow}/contact", { params, body: {} }));
  const proof = await codeOf("proof", to);
  const wrong = proof === "000000" ? "000001" : "000000";
  await refused(
    newcomer.POST("/v1/onboarding/{flow}/contact/proof", { params, body: { code: wrong } }),
    "proof-wrong",
  );
  unwrap(await newcomer.POST("/v1/onboarding/{flow}/contact/proof", { params, body: { code: proof } }));
  await refused(
    newcomer.POST("/v1/onboarding/{flow}/password", { params, body: { password: "short" } }),
    "password-refused",
  );
  const admitted = unwrap(
    await newcomer.POST("/v1/onboarding/{flow}/password", { params, body: { password: PASSWORD } }),
  );
  await client.take(admitted.session);
  const me = unwrap(await client.GET("/v1/me"));
  assert.equal(me.id, admitted.person);
  return client;
}

async function whoIs(client: Vouchsafe): Promise<string> {
  return unwrap(await client.GET("/v1/me")).id;
}

// Wrong first: a problem that is thrown, with its status and what to do.
const stranger = new Vouchsafe({ baseUrl });
await assert.rejects(stranger.signIn({ contact: address("owner"), password: "seven loud herons wade" }), (thrown) => {
  assert(thrown instanceof ProblemError && isProblem(thrown.problem, "credentials-wrong"));
  assert.equal(thrown.status, 401);
  return true;
});
await refused(stranger.GET("/v1/me"), "unauthenticated");
const owner = await member("owner");
let kept: Kept = {};
const store: SessionStore = {
  load: async () => kept,
  save: async (now) => {
    kept = now;
  },
};
const ada = await member("ada", store);
const bob = await member("bob");

// Two places each, given to phones. The answer to the first is lost, and it is asked for again: it is one invite.
await ask({ ask: "lose", request: "POST /v1/me/invites " });
const given: Schemas["InviteView"][] = [];
for (const [place, client] of [ada, bob].entries()) {
  for (const n of [0, 1]) {
    const phone = `+86138123456${place}${n}`;
    given.push(unwrap(await client.POST("/v1/me/invites", { body: { phone } })));
  }
  const { error } = await client.POST("/v1/me/invites", { body: { phone: FULL } });
  switch (error?.type) {
    case "urn:vouchsafe:problem:quota-exhausted":
      assert.equal(error.status, 409);
      break;
    // @ts-expect-error This operation sends no such problem.
    case "urn:vouchsafe:problem:job-done":
    default:
      assert.fail(`not refused, or for ${error?.type}`);
  }
  // Page by page, newest first, and no earlier than what was just written.
  const before = await seen();
  const listed: string[] = [];
  for await (const invite of client.each("/v1/me/invites", { params: { query: { limit: 1 } } })) {
    listed.push(invite.id);
  }
  assert.deepEqual(listed.reverse(), given.slice(2 * place).map((invite) => invite.id));
  assert.equal((await seen()).at_least, before.at_least + 2);
}
assert.equal((await seen()).invites, 4);

// A key of one's own is kept, and is for one request.
const params = { header: { "Idempotency-Key": "0123456789abcdef" } };
const [, , , fourth] = given;
assert(fourth !== undefined);

const came: Vouchsafe[] = [];
for (const invite of given.slice(0, 3)) {
  const phone = invite.phone ?? "";
  came.push(await comeIn(await codeOf("invite", phone), phone));
}

// Passed on, it is another's, by another code.
const former = await codeOf("invite", fourth.phone ?? "");
const passOn = { params: { ...params, path: { id: fourth.id } }, body: { email: address("grace") } };
const passed = unwrap(await bob.POST("/v1/me/invites/{id}/pass-on", passOn));
const again = unwrap(await bob.POST("/v1/me/invites/{id}/pass-on", passOn));
assert.equal(again.id, passed.id);
await refused(
  bob.POST("/v1/me/invites/{id}/pass-on", { ...passOn, body: { email: address("iris") } }),
  "idempotency-key-reused",
);
const closed = await refused(stranger.GET("/v1/invites/{code}", { params: { path: { code: former } } }), "invite-closed");
assert.equal(closed.status, 410);
await refused(bob.POST("/v1/me/invites", { body: { email: address("iris") } }), "quota-exhausted");
const grace = await comeIn(await codeOf("invite", address("grace")), address("grace"));
const shown = unwrap(
  await owner.GET("/v1/admin/people/{id}", { params: { path: { id: await whoIs(grace) } } }),
);
assert.equal(shown.came_by?.passed_on_from, fourth.id);

// Refreshed once, however many want it: when the service says so, and before the token ends.
const first = await seen();
await ask({ ask: "advance", seconds: 15 * MINUTE });
await Promise.all([whoIs(ada), whoIs(ada), whoIs(ada), whoIs(ada)]);
const second = await seen();
assert.equal(second.refreshes, first.refreshes + 1);
assert.equal(second.asked_to_refresh, first.asked_to_refresh + 1);
assert(kept.session !== undefined);
kept = { ...kept, session: { ...kept.session, endsAt: Date.now() } };
await Promise.all([whoIs(ada), whoIs(ada), whoIs(ada), whoIs(ada)]);
const third = await seen();
assert.equal(third.refreshes, first.refreshes + 2);
assert.equal(third.asked_to_refresh, first.asked_to_refresh + 2);
// The answer to a refresh is lost: the very same is sent again, and the session lives.
await ask({ ask: "advance", seconds: 15 * MINUTE });
await ask({ ask: "lose", request: "POST /oauth/token" });
await whoIs(ada);
await whoIs(ada);

// A load balancer asks to wait for a second.
await ask({ ask: "busy", request: "GET /v1/me " });
const asked = Date.now();
await whoIs(ada);
assert(Date.now() - asked >= 1000);
const hasty = new Vouchsafe({ baseUrl, longestWait: 0.5 });
await ask({ ask: "busy", request: "GET /livez" });
const turnedAway = await hasty.GET("/livez");
assert.equal(turnedAway.response.status, 503);
assert.equal((turnedAway.error as { type?: string } | undefined)?.type, "about:blank");

// One of those whom Ada let in is banned: their session has ended, and they may appeal.
const banned = came[1];
assert(banned !== undefined);
const ban = { kind: "ban", reason: "spam", note: "two hundred advertisements" } as const;
const id = await whoIs(banned);
unwrap(await owner.POST("/v1/admin/people/{id}/sanctions", { params: { path: { id } }, body: ban }));
await refused(banned.GET("/v1/me"), "session-ended");
assert.equal(await banned.session(), undefined);
const { error: out } = await banned.POST("/v1/sessions", {
  body: { contact: given[1]?.phone ?? "", password: PASSWORD },
});
assert(isProblem(out, "forbidden") && out.appeal_token);
const appellant = stranger.withToken(out.appeal_token);
const appeal = unwrap(await appellant.GET("/v1/appeals"));
assert.equal(appeal.items.length, 1);

// The other alone earns her a place, once thirty days have passed; by then her session is over.
await ask({ ask: "advance", seconds: 30 * DAY });
await refused(ada.GET("/v1/me"), "unauthenticated");
assert.equal(await ada.session(), undefined);
assert(kept.device !== undefined, "the device is remembered");
await ada.signIn({ contact: address("ada"), password: PASSWORD });
const { places } = unwrap(await ada.GET("/v1/me"));
assert.deepEqual([places.given, places.earned, places.used, places.open, places.left], [2, 1, 2, 0, 1]);
unwrap(await ada.POST("/v1/me/invites", { body: { phone: FULL } }));
await refused(ada.POST("/v1/me/invites", { body: { email: address("iris") } }), "quota-exhausted");

const malformed = await refused(ada.POST("/v1/me/invites", { body: { email: "no address" } }), "invalid-value");
assert.equal(malformed.field, "/email");
await ada.signOut();
assert.equal(await ada.session(), undefined);
await refused(ada.GET("/v1/me"), "unauthenticated");
process.exit(0);
