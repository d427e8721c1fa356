// A walk through every page, as everybody for whom it is, also with what it tells of mistakes: `look` is shown each.
//
// Whoever looks says what people have written; the tests plant what would run if it could.
import * as h from "./hands.mjs";
import { again, alongside, comeIn, idOf, invited } from "./people.mjs";
import { rooms } from "./stage.mjs";

const WRONG_LINK = "abcdefabcdefabcdefabcdef";

/** `owner`, `second` (an admin) and `third` (a member) are pages of people who are signed in. */
export async function walk(look, { owner, second, third, texts, n, options }) {
  const { language = "en" } = options;
  const name = `${language.slice(0, 2)}${options.isMobile ? "p" : "d"}${n}`;
  const shown = async (page, what) => look(page, what);
  const wrong = async (page, what) => {
    h.holds((await page.locator("main [role=alert]").count()) > 0, `${what}: the mistake is told`);
    await look(page, what);
  };

  const nobody = await h.tab(await h.device(options));
  await h.step(`${name}: whoever is not signed in`, async () => {
    await h.go(nobody, "/signin");
    await nobody.locator("summary").click();
    await shown(nobody, "signin");
    await h.type(nobody, "contact", texts.field);
    await h.type(nobody, "password", "not the password");
    await h.press(nobody, h.SUBMIT);
    await wrong(nobody, "signin-wrong");
    await h.go(nobody, "/signin/text");
    await shown(nobody, "signin-text");
    await h.go(nobody, `/signin/${WRONG_LINK}`);
    await shown(nobody, "signin-link");
    await h.press(nobody, h.SUBMIT);
    await wrong(nobody, "signin-link-wrong");
    await h.go(nobody, "/password/forgot");
    await shown(nobody, "password-forgot");
    await h.type(nobody, "contact", "nobody@nowhere");
    await h.press(nobody, h.SUBMIT);
    await wrong(nobody, "password-forgot-wrong");
    await h.type(nobody, "contact", `nobody.${name}@example.net`);
    await h.press(nobody, h.SUBMIT);
    await shown(nobody, "password-forgot-sent");
    await h.go(nobody, `/password/reset/${WRONG_LINK}`);
    await shown(nobody, "password-reset");
    await h.type(nobody, "password", "password");
    await h.press(nobody, h.SUBMIT);
    await wrong(nobody, "password-reset-wrong");
    await h.go(nobody, `/address/undo/${WRONG_LINK}`);
    await shown(nobody, "address-undo");
    await h.press(nobody, h.SUBMIT);
    await shown(nobody, "address-undo-wrong");
    await h.go(nobody, "/join");
    await shown(nobody, "join-by-code");
    await h.type(nobody, "code", texts.field);
    await h.press(nobody, h.SUBMIT);
    await wrong(nobody, "join-by-code-wrong");
  });

  const mine = await again(owner, options);
  await h.step(`${name}: the owner's invites`, async () => {
    await h.go(mine, "/invites");
    if (n === 0) await shown(mine, "invites-none");
    await h.type(mine, "to", texts.field);
    await mine.locator("#f-message").fill(texts.message);
    await h.press(mine, h.SUBMIT);
    await wrong(mine, "invites-wrong");
    h.same(await mine.locator("#f-message").inputValue(), texts.message, "what was typed stands there still");
    await mine.locator("#kind-link").check();
    await h.press(mine, h.SUBMIT);
    await mine.locator("#kind-address").check();
    await h.type(mine, "to", `somebody-with-a-very-long-address-of-sixty-characters.${name}@example.net`);
    await h.press(mine, h.SUBMIT);
    await shown(mine, "invites");
    await h.press(mine, "a[href$='/share']");
    await shown(mine, "invites-share");
  });
  const link = await mine.locator("#link").inputValue();

  const address = `newcomer.${name}@example.net`;
  const theirs = await h.tab(await h.device({ ...options, userAgent: texts.agent }));
  await h.step(`${name}: a newcomer who says no`, async () => {
    await h.go(theirs, link);
    await h.press(theirs, "a[href$='/join/decline']");
    await shown(theirs, "join-decline");
    await theirs.locator("#why-unknown").check();
    await h.press(theirs, h.SUBMIT);
    await shown(theirs, "join-declined");
    await h.go(mine, "/invites");
    await h.press(mine, "li.card:has(a[href$='/share']) button[value=revoke]");
    await shown(mine, "invites-taken-back");
    await h.go(theirs, link);
    await wrong(theirs, "join-over");
  });
  await h.step(`${name}: a newcomer who comes in`, async () => {
    const invite = await invited(third, address, { message: texts.message, locale: language });
    await comeIn(theirs, { invite, address, n: 100 + n, handle: `n_${name}`, reviewer: owner, look: shown });
  });

  await h.step(`${name}: the newcomer's account`, async () => {
    await h.go(theirs, "/account");
    await shown(theirs, "account");
    await h.go(theirs, "/account/profile");
    await shown(theirs, "account-profile");
    await h.type(theirs, "handle", "the_admin");
    await h.press(theirs, h.SUBMIT);
    await wrong(theirs, "account-profile-wrong");
    await h.go(theirs, "/account/password");
    await shown(theirs, "account-password");
    await h.type(theirs, "current", "not the password");
    await h.type(theirs, "password", `${h.PASSWORD} again`);
    await h.press(theirs, h.SUBMIT);
    await wrong(theirs, "account-password-wrong");
    await h.go(theirs, "/account/address");
    await shown(theirs, "account-address");
    await h.type(theirs, "contact", "nobody@nowhere");
    await h.press(theirs, h.SUBMIT);
    await wrong(theirs, "account-address-wrong");
    await h.type(theirs, "contact", `other.${name}@example.net`);
    await h.press(theirs, h.SUBMIT);
    await shown(theirs, "account-address-code");
    await h.type(theirs, "code", "12345");
    await h.press(theirs, h.SUBMIT);
    await wrong(theirs, "account-address-code-wrong");
    await h.go(theirs, "/account/data");
    await shown(theirs, "account-data");
    await h.go(theirs, "/account/leave");
    await shown(theirs, "account-leave");
  });
  await rooms(look, { owner, second, theirs, texts, name, n, options });
  await h.step(`${name}: the newcomer's devices`, async () => {
    await h.go(nobody, "/signin");
    await h.type(nobody, "contact", address);
    await h.type(nobody, "password", h.PASSWORD);
    await h.press(nobody, h.SUBMIT);
    h.same(h.place(nobody), "/account", "signed in");
    await h.go(nobody, "/account/sessions");
    h.same(await nobody.locator("main li.card").count(), 2, "two devices");
    await shown(nobody, "account-sessions");
    await h.press(nobody, "main li.card button.grave");
    h.same(await nobody.locator("main li.card").count(), 1, "the other one is signed out");
    await h.go(theirs, "/account");
    h.same(h.place(theirs), "/signin", "and is told to sign in");
  });
  await h.step(`${name}: the newcomer is banned, and appeals`, async () => {
    const person = await idOf(nobody);
    await h.api(second, "POST", `/v1/admin/people/${person}/sanctions`, { kind: "ban", reason: "spam", note: texts.message });
    await h.go(theirs, "/signin");
    await h.type(theirs, "contact", address);
    await h.type(theirs, "password", h.PASSWORD);
    await h.press(theirs, h.SUBMIT);
    h.same(h.place(theirs), "/appeal", "where they can appeal");
    await shown(theirs, "appeal");
    await theirs.locator("textarea").fill("short");
    await theirs.locator("textarea").evaluate((area) => area.removeAttribute("minlength"));
    await h.press(theirs, h.SUBMIT);
    await wrong(theirs, "appeal-wrong");
    await theirs.locator("textarea").fill(texts.message);
    await h.press(theirs, h.SUBMIT);
    await shown(theirs, "appeal-waits");
    const { items: [appeal] } = await h.api(owner, "GET", "/v1/admin/appeals");
    await h.api(owner, "POST", `/v1/admin/appeals/${appeal.id}/claim`);
    await h.api(owner, "POST", `/v1/admin/appeals/${appeal.id}/decision`, { verdict: "upheld", reason: texts.message });
    await theirs.reload();
    await shown(theirs, "appeal-decided");
  });
  await h.step(`${name}: a newcomer who gives up`, async () => {
    const gives = await h.tab(await h.device(options));
    const invite = await invited(third, `gives.up.${name}@example.net`);
    await h.go(gives, invite);
    await h.press(gives, h.SUBMIT);
    await h.type(gives, "email", `gives.up.${name}@example.net`);
    await h.press(gives, h.SUBMIT);
    const other = await alongside(gives, options);
    await h.press(gives, "form[action$='/join/leave'] button");
    await shown(gives, "join-left");
    await h.go(other, "/join");
    await shown(other, "join-lapsed");
    for (const page of [gives, other]) await page.context().close();
  });
  await h.step(`${name}: a newcomer who is refused`, async () => {
    const refused = await h.tab(await h.device(options));
    const address = `refused.${name}@example.net`;
    const invite = await invited(third, address);
    await comeIn(refused, { invite, address, n: 200 + n, handle: `r_${name}`, reviewer: owner, refuse: true });
    await shown(refused, "join-refused");
    await refused.context().close();
  });
  await h.step(`${name}: a newcomer who comes in, and leaves`, async () => {
    const leaves = await h.tab(await h.device(options));
    const address = `leaves.${name}@example.net`;
    const invite = await invited(third, address);
    let other;
    const alsoAt = async () => { other = await alongside(leaves, options); };
    await comeIn(leaves, { invite, address, n: 300 + n, handle: `l_${name}`, reviewer: owner, alsoAt });
    await h.go(other, "/join");
    await shown(other, "join-member");
    // Signed in, they open the invite of somebody else.
    await h.go(leaves, await invited(third, `another.${name}@example.net`));
    await shown(leaves, "join-signed-in");
    await h.go(leaves, "/account/leave");
    await leaves.locator("#sure").check();
    await h.press(leaves, h.SUBMIT);
    await shown(leaves, "account-left");
    for (const page of [leaves, other]) await page.context().close();
  });
  for (const page of [nobody, mine, theirs]) await page.context().close();
}
