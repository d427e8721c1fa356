// Without any script: sign-in, an invite, the whole way in, a forgotten password.
import * as h from "./hands.mjs";
import { comeIn, signedIn } from "./people.mjs";

const grace = "grace.plain@example.net";

await h.main(async () => {
  const plain = { javaScriptEnabled: false };
  const desk = await h.step("the owner signs in by the link", () => signedIn(h.LINK, plain));
  await h.step("and invites somebody", async () => {
    await h.press(desk, "nav a[href$='/invites']");
    await h.type(desk, "to", grace);
    await h.press(desk, h.SUBMIT);
    await desk.locator("#kind-link").check();
    await h.press(desk, h.SUBMIT);
    await h.press(desk, "a[href$='/share']");
    h.holds((await desk.locator("#link").inputValue()).startsWith(`${h.BASE}/join/`), "the link stands in the page");
    h.holds(!(await desk.locator("#copy").isVisible()), "nothing is shown that needs a script");
  });
  await h.step("who comes in", async () => {
    const phone = await h.tab(await h.device({ ...plain, ...h.PHONE }));
    const invite = await h.link(grace, "join");
    await comeIn(phone, { invite, address: grace, n: 3, handle: "grace" });
    await h.press(phone, "nav button");
    h.same(h.place(phone), "/signin", "signed out");
  });
  await h.step("a code typed by hand, and a forgotten password", async () => {
    const other = await h.tab(await h.device({ ...plain, language: "zh-Hans" }));
    await h.go(other, "/join");
    h.holds(!(await other.locator("#scan").isVisible()), "the camera is not offered");
    await h.type(other, "code", await desk.locator("#link").inputValue());
    await h.press(other, h.SUBMIT);
    h.holds(await other.locator("h1").innerText() !== "", "the invite");
    await h.go(other, "/password/forgot");
    await h.type(other, "contact", grace);
    await h.press(other, h.SUBMIT);
    await h.go(other, await h.link(grace, "password/reset"));
    await h.type(other, "password", `${h.PASSWORD} again`);
    await h.press(other, h.SUBMIT);
    h.same(h.place(other), "/signin", "chosen");
  });
  await h.step("who leaves", async () => {
    const other = await h.tab(await h.device(plain));
    await h.go(other, "/account/leave");
    await h.type(other, "contact", grace);
    await h.type(other, "password", `${h.PASSWORD} again`);
    await h.press(other, h.SUBMIT);
    h.same(h.place(other), "/account/leave", "where they wanted to go");
    await other.locator("#sure").check();
    await h.press(other, h.SUBMIT);
    await h.go(other, "/account");
    h.same(h.place(other), "/signin", "nobody is signed in");
  });
});
