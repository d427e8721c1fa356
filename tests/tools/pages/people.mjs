// What several scripts have people do: sign in by a printed link, come in by an invite.
import * as h from "./hands.mjs";

/** A device of the owner's, who signs in by a printed link. */
export async function signedIn(link, options) {
  const page = await h.tab(await h.device(options));
  await h.go(page, link);
  await h.press(page, h.SUBMIT);
  h.same(h.place(page), "/account", "signed in");
  return page;
}

/** Another device of whoever is at `page`: it has the same cookie. */
export async function again(page, options, name = "__Host-vouchsafe") {
  const context = await h.device(options);
  await context.addCookies((await page.context().cookies()).filter((cookie) => cookie.name === name));
  return h.tab(context);
}

/** Another device that holds the same registration as `page`. */
export const alongside = (page, options) => again(page, options, "__Host-flow");

/** A newcomer's steps, one after the other; `look` is shown each page, also as it is after a mistake. With `refuse` the
 * reviewer refuses them, and with `alsoAt` somebody looks on at another device before they are in. */
export async function comeIn(page, { invite, address, n, handle, reviewer, refuse, alsoAt, look = async () => {} }) {
  await h.go(page, invite);
  await look(page, "join");
  await h.press(page, h.SUBMIT);
  await look(page, "join-contact");
  await h.type(page, "email", "nobody@nowhere");
  await h.press(page, h.SUBMIT);
  await look(page, "join-contact-wrong");
  await h.type(page, "email", address);
  await h.press(page, h.SUBMIT);
  await look(page, "join-code");
  const sent = await h.digits(address);
  await h.type(page, "code", sent === "123456" ? "123457" : "123456");
  await h.press(page, h.SUBMIT);
  await look(page, "join-code-wrong");
  await h.type(page, "code", sent);
  await h.press(page, h.SUBMIT);
  await look(page, "join-name");
  await h.type(page, "full_name", "王秀英");
  await page.locator("#f-kind").selectOption("cn_resident_id");
  await h.type(page, "country", "CN");
  await h.type(page, "number", "110105194912310029");
  await h.press(page, h.SUBMIT);
  await look(page, "join-name-wrong");
  await h.type(page, "number", h.residentId(n));
  await h.press(page, h.SUBMIT);
  if (reviewer) {
    await look(page, "join-review");
    await decide(reviewer, refuse ? "refused" : "approved");
    await h.press(page, "main a.button");
    if (refuse) return;
  }
  await alsoAt?.();
  await look(page, "join-password");
  await h.type(page, "password", "password");
  await h.press(page, h.SUBMIT);
  await look(page, "join-password-wrong");
  await h.type(page, "password", h.PASSWORD);
  await h.type(page, "handle", handle);
  await h.press(page, h.SUBMIT);
  h.same(h.place(page), "/invites", "my invites");
  await look(page, "invites-welcome");
}

/** The reviewer, who is at `page`, decides the one case that waits. */
async function decide(page, verdict) {
  const { items: [waiting] } = await h.api(page, "GET", "/v1/admin/cases");
  await h.api(page, "POST", `/v1/admin/cases/${waiting.id}/claim`, { reason: "the case is mine" });
  await h.api(page, "GET", `/v1/admin/cases/${waiting.id}`);
  await h.api(page, "POST", `/v1/admin/cases/${waiting.id}/decision`, { verdict, reason: "the document and the name were compared" });
}

/** Invites an address by the API, and answers the link in the letter. */
export async function invited(page, address, more = {}) {
  await h.api(page, "POST", "/v1/me/invites", { email: address, ...more });
  return h.link(address, "join");
}

/** Who somebody is at whose page they are signed in. */
export const idOf = async (page) => (await h.api(page, "GET", "/v1/me")).id;

/** Two more members. The first is an admin then; whom the second invites, the owner is not too close to for a review. */
export async function twoMore(owner) {
  const members = [];
  for (const handle of ["second", "third"]) {
    const page = await h.tab(await h.device());
    const address = `${handle}@example.net`;
    await h.step(`${handle} comes in`, async () => {
      const invite = await invited(members.at(-1) ?? owner, address);
      await comeIn(page, { invite, address, n: 90 + members.length, handle, reviewer: owner });
    });
    members.push(page);
  }
  await h.api(owner, "PUT", `/v1/admin/people/${await idOf(members[0])}/role`, { role: "admin", reason: "duty" });
  return members;
}

/** A room on a server that is asked for nothing; with these terms. */
export async function room(owner, id, terms) {
  const server = { kind: "coturn", uris: `turn:${id}.example.org:3478`.replaceAll("_", "-"), static_auth_secret: "a secret of some length" };
  const { id: held } = await h.api(owner, "POST", "/v1/admin/room-servers", server);
  await h.api(owner, "POST", "/v1/admin/rooms", { id, servers: [held], ...terms });
}

/** Somebody's app takes a ticket. */
export const seat = (page, id) => h.api(page, "POST", `/v1/rooms/${id}/tickets`);
