// Each page's work by the keyboard alone: Tab, Shift+Tab, Enter, Space, arrows and letters. What has the focus shows it.
import * as h from "./hands.mjs";

const grace = "grace.keys@example.net";

/** Presses Tab until what matches has the focus, and sees that it shows it. */
async function to(page, selector) {
  for (let pressed = 0; pressed < 40; pressed++) {
    await page.keyboard.press("Tab");
    const focus = await page.evaluate((selector) => {
      const element = document.activeElement;
      if (!element || element === document.body) return { element: "nothing" };
      const style = getComputedStyle(element);
      const box = element.getBoundingClientRect();
      return {
        element: element.outerHTML.slice(0, 200),
        found: element.matches(selector),
        outlined: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
        onScreen: box.width > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
      };
    }, selector);
    if (focus.element === "nothing") continue;
    h.holds(focus.outlined && focus.onScreen, `the focus is seen on ${focus.element} at ${page.url()}`);
    if (focus.found) return;
  }
  throw new Error(`Tab does not lead to ${selector} at ${page.url()}`);
}

async function enter(page, key = "Enter") {
  await Promise.all([page.waitForEvent("load"), page.keyboard.press(key)]);
}

async function fill(page, name, text) {
  await to(page, `#f-${name}`);
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type(text);
}

await h.main(async () => {
  const desk = await h.tab(await h.device());
  await h.step("the skip link leads past the header", async () => {
    await h.go(desk, h.LINK);
    await desk.keyboard.press("Tab");
    h.holds(await desk.evaluate(() => document.activeElement.matches("a.skip")), "it comes first");
    h.holds((await desk.locator("a.skip").boundingBox()).x >= 0, "it is seen");
    await desk.keyboard.press("Enter");
    await desk.keyboard.press("Tab");
    h.holds(await desk.evaluate(() => document.activeElement.closest("main") !== null), "what comes next is the content");
  });
  await h.step("the owner signs in by the link", async () => {
    await enter(desk);
    h.same(h.place(desk), "/account", "signed in");
  });
  await h.step("the owner invites by letter, and by a link", async () => {
    await to(desk, "nav a[href$='/invites']");
    await enter(desk);
    await fill(desk, "to", grace);
    await to(desk, "#f-message");
    await desk.keyboard.type("Come in.");
    await to(desk, h.SUBMIT);
    await enter(desk, "Space");
    h.same(await desk.locator("li.card h3").innerText(), grace, "invited");
    await to(desk, "#kind-address");
    await desk.keyboard.press("ArrowDown");
    h.holds(await desk.locator("#kind-link").isChecked(), "the arrow chooses");
    await to(desk, h.SUBMIT);
    await enter(desk, "Space");
    await to(desk, "a[href$='/share']");
    await enter(desk);
    await to(desk, "#link");
    await to(desk, "#copy");
    await desk.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await desk.keyboard.press("Space");
    await desk.locator("#copied").waitFor();
    h.same(await desk.evaluate(() => navigator.clipboard.readText()), await desk.locator("#link").inputValue(), "copied");
    await to(desk, "main a[href$='/invites']");
    await enter(desk);
    await to(desk, "li.card button[value=revoke]");
    await enter(desk, "Space");
    await to(desk, "li.card button[value=restore]");
    await enter(desk);
  });

  const guest = await h.tab(await h.device());
  await h.step("a newcomer types the code", async () => {
    const invite = await h.link(grace, "join");
    await h.go(guest, "/join");
    await fill(guest, "code", invite.split("/").at(-1).toLowerCase());
    await enter(guest);
    h.same(await guest.locator("blockquote").innerText(), "Come in.", "the invite");
  });
  await h.step("and looks at how to decline, and goes on", async () => {
    await to(guest, "a[href$='/join/decline']");
    await enter(guest);
    await to(guest, "#why-no");
    await guest.keyboard.press("ArrowDown");
    await to(guest, "a.button[href$='/join']");
    await enter(guest);
    await to(guest, h.SUBMIT);
    await enter(guest);
  });
  await h.step("and comes in", async () => {
    await fill(guest, "email", grace);
    await enter(guest);
    await fill(guest, "code", await h.digits(grace));
    await enter(guest);
    await fill(guest, "full_name", "王秀英");
    await to(guest, "#f-kind");
    await guest.keyboard.press("Home");
    h.same(await guest.locator("#f-kind").inputValue(), "cn_resident_id", "the first kind");
    await fill(guest, "country", "CN");
    await fill(guest, "number", h.residentId(5));
    await enter(guest);
    await fill(guest, "password", "short");
    await enter(guest);
    h.holds(await guest.evaluate(() => document.activeElement.id === "f-password"), "the field at fault has the focus");
    await guest.keyboard.type(h.PASSWORD);
    await enter(guest);
    h.same(h.place(guest), "/invites", "my invites");
  });
  await h.step("and looks after the account", async () => {
    await to(guest, "nav a[href$='/account']");
    await enter(guest);
    await to(guest, "main a[href$='/account/password']");
    await enter(guest);
    await fill(guest, "current", h.PASSWORD);
    await fill(guest, "password", `${h.PASSWORD} again`);
    await enter(guest);
    h.same(await guest.locator("[role=status]").count(), 1, "it is told that the password is changed");
    await to(guest, "main a[href$='/account/profile']");
    await enter(guest);
    await fill(guest, "handle", "grace_of_the_keys");
    await enter(guest);
    h.holds((await guest.locator("dl").innerText()).includes("@grace_of_the_keys"), "the name is shown");
    await to(guest, "main a[href$='/account/address']");
    await enter(guest);
    await fill(guest, "contact", "hopper.keys@example.net");
    await enter(guest);
    await fill(guest, "code", await h.digits("hopper.keys@example.net"));
    await enter(guest);
    h.holds((await guest.locator("dl").innerText()).includes("hopper.keys@example.net"), "the address is shown");
    await to(guest, "main a[href$='/account/data']");
    await enter(guest);
    await to(guest, "main a[href$='/account/leave']");
    await enter(guest);
    await to(guest, "#sure");
    await guest.keyboard.press("Space");
    h.holds(await guest.locator("#sure").isChecked(), "the box is ticked");
    await to(guest, "main a[href$='/account']");
    await enter(guest);
    await to(guest, "main a[href$='/account/sessions']");
    await enter(guest);
    await to(guest, "footer button");
    await enter(guest);
    h.same(await guest.locator("html").getAttribute("lang"), "zh-Hans", "the other language");
    h.same(h.place(guest), "/account/sessions", "the same page");
    await to(guest, "nav button");
    await enter(guest);
    h.same(h.place(guest), "/signin", "signed out");
  });
  await h.step("and signs in again", async () => {
    await fill(guest, "contact", "hopper.keys@example.net");
    await fill(guest, "password", `${h.PASSWORD} again`);
    await enter(guest);
    h.same(h.place(guest), "/account", "signed in");
  });
  await h.step("a forgotten password", async () => {
    const lost = await h.tab(await h.device());
    await h.go(lost, "/signin");
    await to(lost, "a[href$='/password/forgot']");
    await enter(lost);
    await fill(lost, "contact", "hopper.keys@example.net");
    await enter(lost);
    await h.go(lost, await h.link("hopper.keys@example.net", "password/reset"));
    await fill(lost, "password", `${h.PASSWORD} for good`);
    await enter(lost);
    h.same(h.place(lost), "/signin", "chosen");
    await to(lost, "summary");
    await lost.keyboard.press("Space");
    await to(lost, "#f-one_time_code");
  });
});
