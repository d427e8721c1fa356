// An owner opens the printed link and invites somebody, who comes in on a phone, goes on elsewhere, and later forgets the
// password. LANGUAGE is what the newcomer's devices speak.
import * as h from "./hands.mjs";

const { LANGUAGE: language } = process.env;
const grace = `grace.${language.toLowerCase()}@example.net`;
const WORDS = {
  en: { invited: "invites you to", start: "Come in", welcome: "You are in", used: "The invite has been used" },
  "zh-Hans": { invited: "邀请您加入", start: "开始加入", welcome: "加入成功", used: "邀请已被使用" },
}[language];

await h.main(async () => {
  const desk = await h.tab(await h.device({ language }));
  await h.step("the owner opens the printed link and is signed in", async () => {
    await h.go(desk, h.LINK);
    h.same(h.place(desk), "/signin", "the link's code stands no longer in the address");
    await h.press(desk, h.SUBMIT);
    h.same(h.place(desk), "/account", "signed in");
  });
  await h.step("the owner invites somebody", async () => {
    await h.press(desk, "nav a[href$='/invites']");
    await h.type(desk, "to", grace);
    await desk.locator("#f-message").fill("Come and talk with us.\nWe meet on Fridays. 周五见。");
    await h.press(desk, h.SUBMIT);
    h.same(await desk.locator("li.card h3").innerText(), grace, "the invite is listed");
  });

  const invite = await h.step("the letter is read", () => h.link(grace, "join"));
  const phone = await h.tab(await h.device({ language, ...h.PHONE }));
  await h.step("the newcomer opens the link on a phone", async () => {
    await h.go(phone, invite);
    h.same(h.place(phone), "/join", "the code stands no longer in the address");
    h.holds((await phone.locator("h1").innerText()).includes(WORDS.invited), "who invites whom is told");
    h.holds((await phone.locator("blockquote").innerText()).includes("周五见"), "the words of whoever invites");
    h.same(await phone.locator(h.SUBMIT).innerText(), WORDS.start, "one button");
  });
  await h.step("their address is proved", async () => {
    await h.press(phone, h.SUBMIT);
    await h.type(phone, "email", grace);
    await h.press(phone, h.SUBMIT);
    await phone.reload();
    await h.type(phone, "code", await h.digits(grace));
    await h.press(phone, h.SUBMIT);
  });
  await h.step("their name is given", async () => {
    await h.type(phone, "full_name", "王秀英");
    await phone.locator("#f-kind").selectOption("cn_resident_id");
    await h.type(phone, "country", "CN");
    await h.type(phone, "number", h.residentId(7).slice(0, 17) + "Y");
    await h.press(phone, h.SUBMIT);
    h.same(await phone.locator("#f-full_name").inputValue(), "王秀英", "what was typed stands there still");
    await h.type(phone, "number", h.residentId(7));
    await h.press(phone, h.SUBMIT);
    h.holds(await phone.locator("#f-password").isVisible(), "the password is next");
  });

  const tablet = await h.tab(await h.device({ language, viewport: { width: 820, height: 1180 }, hasTouch: true }));
  await h.step("interrupted, they go on where they were on another device", async () => {
    await h.go(tablet, invite);
    await h.press(tablet, h.SUBMIT);
    await h.type(tablet, "email", grace);
    await h.press(tablet, h.SUBMIT);
    await h.type(tablet, "code", await h.digits(grace));
    await h.press(tablet, h.SUBMIT);
    h.holds(await tablet.locator("#f-password").isVisible(), "the name is not asked for again");
    await h.type(tablet, "password", "too short");
    await h.press(tablet, h.SUBMIT);
    h.same(await tablet.locator("#f-password").getAttribute("aria-invalid"), "true", "the field at fault");
    await h.type(tablet, "password", h.PASSWORD);
    await h.type(tablet, "handle", `grace_${language.slice(0, 2)}`);
    await h.press(tablet, h.SUBMIT);
    h.same(h.place(tablet), "/invites", "my invites");
    h.same(await tablet.locator(".notice.good h2").innerText(), WORDS.welcome, "welcome");
  });
  await h.step("the phone and the owner are told", async () => {
    await phone.reload();
    h.same(await phone.locator("[role=alert] h2").innerText(), WORDS.used, "on the phone");
    await desk.reload();
    h.same(await desk.locator("li.card h3").count(), 1, "one invite");
  });
  await h.step("they invite somebody in turn", async () => {
    await h.type(tablet, "to", "linus@example.net");
    await h.press(tablet, h.SUBMIT);
    h.same(await tablet.locator("li.card h3").innerText(), "linus@example.net", "listed");
    await h.link("linus@example.net", "join");
  });

  const lost = await h.tab(await h.device({ language, ...h.PHONE }));
  await h.step("a forgotten password", async () => {
    await h.go(lost, "/account");
    h.same(h.place(lost), "/signin", "nobody is signed in here");
    await h.press(lost, "a[href$='/password/forgot']");
    await h.type(lost, "contact", grace);
    await h.press(lost, h.SUBMIT);
    await h.go(lost, await h.link(grace, "password/reset"));
    h.same(h.place(lost), "/password/reset", "the token stands no longer in the address");
    const chosen = `${h.PASSWORD} once more`;
    await h.type(lost, "password", chosen);
    await h.press(lost, h.SUBMIT);
    h.same(h.place(lost), "/signin", "sign in with it");
    await h.type(lost, "contact", grace);
    await h.type(lost, "password", chosen);
    await h.press(lost, "main form.stack:has(#f-password) button");
    h.same(h.place(lost), "/account", "signed in");
    await tablet.reload();
    h.same(h.place(tablet), "/signin", "every other device is signed out");
  });

  const other = `hopper.${language.toLowerCase()}@example.net`;
  await h.step("an address is changed", async () => {
    await h.press(lost, "main a[href$='/account/address']");
    await h.type(lost, "contact", other);
    await h.press(lost, h.SUBMIT);
    await h.type(lost, "code", await h.digits(other));
    await h.press(lost, h.SUBMIT);
    h.same(h.place(lost), "/account", "changed");
    h.holds((await lost.locator("dl").innerText()).includes(other), "the new address is shown");
  });
  await h.step("and the change is undone by the letter to the old one", async () => {
    await h.go(tablet, await h.link(grace, "address/undo"));
    h.same(h.place(tablet), "/address/undo", "the token stands no longer in the address");
    await h.press(tablet, h.SUBMIT);
    await h.go(lost, "/account");
    h.same(h.place(lost), "/signin", "whoever changed it is signed out");
    await h.go(tablet, await h.link(grace, "password/reset"));
    await h.type(tablet, "password", `${h.PASSWORD} and not yours`);
    await h.press(tablet, h.SUBMIT);
    await h.type(tablet, "contact", grace);
    await h.type(tablet, "password", `${h.PASSWORD} and not yours`);
    await h.press(tablet, "main form.stack:has(#f-password) button");
    h.holds((await tablet.locator("dl").innerText()).includes(grace), "the old address is back");
  });
});
