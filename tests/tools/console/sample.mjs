// What the sample community lacks, made by the API: somebody who appeals, some who wait to be let in, somebody whom a
// reviewer has verified, a room server that does not answer.
import * as h from "../pages/hands.mjs";

/** Asks the API as an app does. */
async function ask(method, path, body, token) {
  const headers = { "Content-Type": "application/json", ...(token && { Authorization: `Bearer ${token}` }) };
  const answer = await fetch(h.BASE + path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  const text = await answer.text();
  return { status: answer.status, body: text ? JSON.parse(text) : undefined };
}

async function done(...asked) {
  const { status, body } = await ask(...asked);
  if (status >= 300) throw new Error(`${asked[0]} ${asked[1]}: ${status} ${JSON.stringify(body)}`);
  return body;
}

/** A change of the policy: what `changed` makes of its document. */
export async function govern(page, changed) {
  const { version, document } = await h.api(page, "GET", "/v1/admin/policy");
  await h.api(page, "PUT", "/v1/admin/policy", { document: changed(document) }, { "If-Match": `"${version}"` });
}

/** Gives a member a password that is known here, as whoever has forgotten theirs; answers their contact. */
async function known(person) {
  const contact = `${person.handle}@example.org`;
  await done("POST", "/v1/password/forgot", { contact });
  const token = (await h.link(contact, "password/reset")).split("/").at(-1);
  await done("POST", "/v1/password/reset", { token, password: h.PASSWORD });
  return contact;
}

/** A member whom `by` bans and who appeals: they sign in as far as that. */
export async function appellant(by, person, words) {
  const contact = await known(person);
  const note = "Two hundred advertisements in a night.";
  const { id } = await h.api(by, "POST", `/v1/admin/people/${person.id}/sanctions`, { kind: "ban", reason: "spam", note });
  const { body } = await ask("POST", "/v1/sessions", { contact, password: h.PASSWORD });
  await done("POST", "/v1/appeals", { sanction: id, text: words }, body.appeal_token);
}

/** Opens the waitlist, and lets so many wait; `voucher` knows the last of them. */
export async function waiting(page, voucher, many) {
  await govern(page, (document) => `${document}\n[waitlist]\nopen = true\n`);
  const addresses = Array.from({ length: many }, (_, place) => `waits.${place}@example.net`);
  for (const email of addresses) {
    const { token } = await done("POST", "/v1/waitlist", { email, about: "I sing alto." });
    await done("POST", "/v1/waitlist/me/proof", { code: await h.digits(email) }, token);
  }
  await h.api(voucher, "POST", "/v1/me/waitlist/vouch", { email: addresses.at(-1) });
  return addresses;
}

/** Somebody who comes in by an invite of `inviter`'s, passed on, under a campaign; `reviewer` verifies their name. */
export async function verified(inviter, reviewer, handle, name) {
  const [first, address] = [`first.${handle}@example.net`, `${handle}@example.net`];
  const invite = await h.api(inviter, "POST", "/v1/me/invites", { email: first, campaign: "spring" });
  await h.api(inviter, "POST", `/v1/me/invites/${invite.id}/pass-on`, { email: address });
  const { flow, flow_token: token } = await done("POST", "/v1/onboarding", { code: await h.link(address, "join") });
  const step = (path, body) => done("POST", `/v1/onboarding/${flow}/${path}`, body, token);
  await step("contact", { email: address });
  await step("contact/proof", { code: await h.digits(address) });
  await step("identity", { full_name: name, document: { kind: "cn_resident_id", country: "CN", number: h.residentId(61) } });
  const { items } = await h.api(reviewer, "GET", "/v1/admin/cases?limit=100");
  const { id } = items.find((one) => one.flow === flow);
  await h.api(reviewer, "POST", `/v1/admin/cases/${id}/claim`, { reason: "It is my turn at the queue." });
  await h.api(reviewer, "GET", `/v1/admin/cases/${id}`);
  await h.api(reviewer, "POST", `/v1/admin/cases/${id}/decision`, { verdict: "approved", reason: "The document and the name fit." });
  await step("password", { password: h.PASSWORD, handle });
  const { items: [person] } = await h.api(reviewer, "GET", `/v1/admin/people?handle=${handle}&limit=1`);
  return person;
}

/** A room with a stage, on a server that is asked for nothing, and members who listen in it. The last of them is warned and
 * put out by a filter, the one before asks to speak, and the first moderates. */
export async function stage(by, room, people, name = "The listening filter") {
  const server = await h.api(by, "POST", "/v1/admin/room-servers", { kind: "coturn", uris: `turn:${room}.example.org:3478`, static_auth_secret: "x".repeat(40) });
  await h.api(by, "POST", "/v1/admin/rooms", { id: room, servers: [server.id], speakers: "stage", enter: "none", speak: "none" });
  await h.api(by, "PUT", `/v1/admin/rooms/${room}/places/${people[0].id}`, { place: "moderator" });
  const inside = [];
  for (const person of people) {
    const session = await done("POST", "/v1/sessions", { contact: await known(person), password: h.PASSWORD });
    const { id: ticket } = await done("POST", `/v1/rooms/${room}/tickets`, undefined, session.access_token);
    inside.push({ ...person, ticket, token: session.access_token });
  }
  await done("PUT", `/v1/rooms/${room}/hand`, undefined, inside.at(-2).token);
  const filter = await h.api(by, "POST", "/v1/admin/services", { name, filter: true });
  const Authorization = `Basic ${Buffer.from(`${filter.id}:${filter.secret}`).toString("base64")}`;
  for (const act of ["warn", "put_out"]) {
    const body = JSON.stringify({ participant: inside.at(-1).ticket, act, reason: "abuse" });
    const answer = await fetch(`${h.BASE}/v1/filters/rooms/${room}/acts`, { method: "POST", headers: { Authorization, "Content-Type": "application/json" }, body });
    h.same(answer.status, 204, `the filter may ${act}`);
  }
  return inside;
}

/** Where nothing listens. */
export const SILENT = { client_url: "http://127.0.0.1:9/janus", admin_url: "http://127.0.0.1:9/admin", admin_secret: "not much of a secret" };
