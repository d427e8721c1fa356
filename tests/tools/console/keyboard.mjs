// The main work of the console by keys alone: Tab, Enter, Space, arrows and letters. What has the focus shows it.
import * as h from "../pages/hands.mjs";
import { atConsole, open, painted, see } from "./keepers.mjs";

/** Presses Tab until what matches has the focus, and sees that it shows it. */
async function to(page, selector, most = 90) {
  for (let pressed = 0; pressed < most; pressed++) {
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
    }, selector).catch(() => ({ element: "nothing" }));
    if (focus.element === "nothing") continue;
    h.holds(focus.outlined && focus.onScreen, `the focus is seen on ${focus.element} at ${page.url()}`);
    if (focus.found) return;
  }
  throw new Error(`Tab does not lead to ${selector} at ${page.url()}`);
}

/** Goes to what bears this text. */
const toText = (page, text) => page.evaluate((text) => {
  for (const old of document.querySelectorAll("[data-wanted]")) old.removeAttribute("data-wanted");
  const all = [...document.querySelectorAll("a, button, summary")].filter((one) => one.textContent.trim().startsWith(text) && one.offsetParent);
  all[0]?.setAttribute("data-wanted", "");
}, text).then(() => to(page, "[data-wanted]"));

await h.main(async () => {
  const page = await atConsole(h.LINK);
  const key = (name) => page.keyboard.press(name);
  await h.step("the skip link leads past the list of views", async () => {
    await page.reload();
    await page.locator("main h1").waitFor();
    await key("Tab");
    h.holds(await page.evaluate(() => document.activeElement.matches("a.skip")), "it comes first");
    await key("Enter");
    await key("Tab");
    h.holds(await page.evaluate(() => document.activeElement.closest("main") !== null), "what comes next is the content");
  });
  await h.step("the graph: down to somebody, and their branch opened", async () => {
    const before = await painted(page);
    const shown = () => page.locator("canvas").getAttribute("data-shown").then(Number);
    const first = await shown();
    await to(page, "canvas");
    await key("ArrowRight");
    for (let turn = 0; turn < 30; turn++) {
      if ((await page.locator("#heard").innerText()).includes("closed")) break;
      await key("ArrowDown");
    }
    await key("Enter");
    await painted(page, before);
    for (let turn = 0; turn < 100 && (await shown()) === first; turn++) await page.waitForTimeout(20);
    h.holds((await shown()) > first, "more are shown");
    await key("ArrowLeft");
    h.holds((await page.locator("#heard").innerText()).startsWith("@owner"), "back at the owner");
  });
  await h.step("the table says the same", async () => {
    await toText(page, "As a table");
    await key("Enter");
    await page.locator("main table").waitFor();
  });
  await h.step("a lead is dismissed", async () => {
    await page.reload();
    await page.locator("main h1").waitFor();
    await toText(page, "Leads");
    await key("Enter");
    await page.locator("article").first().waitFor();
    const before = await page.locator("article").count();
    await toText(page, "Dismiss…");
    await key("Enter");
    await page.locator("dialog[open] textarea").waitFor();
    await to(page, "dialog[open] textarea");
    await page.keyboard.type("Looked at: they sing together.");
    await to(page, "dialog[open] button:not([type=button])");
    await key("Enter");
    await page.locator("dialog[open]").waitFor({ state: "detached" }).catch(() => {});
    for (let turn = 0; turn < 100 && (await page.locator("article").count()) === before; turn++) await page.waitForTimeout(20);
    h.holds((await page.locator("article").count()) < before, "it is gone from the list");
  });
  await h.step("an action is drafted and proposed", async () => {
    const { items: [lead] } = await h.api(page, "GET", "/v1/admin/leads?kind=bad_rate&state=open&limit=1");
    await open(page, `actions?branch=${lead.person.id}`);
    await to(page, "#note");
    await page.keyboard.type("A leaked link: these came to sell.");
    await to(page, "form button:not([type=button])");
    await key("Enter");
    await see(page, "Exactly whom");
    await toText(page, "Propose to the other admins");
    await key("Enter");
    await to(page, "dialog[open] button:not([type=button])");
    await key("Enter");
    await see(page, "waits for approval");
  });
  await h.step("somebody is found by their name", async () => {
    await open(page, "people");
    await to(page, "main input");
    await page.keyboard.type("wu_zihan");
    await page.locator("main table a", { hasText: "@wu_zihan" }).first().waitFor();
    await toText(page, "@wu_zihan");
    await key("Enter");
    await page.locator("main h1", { hasText: "wu_zihan" }).waitFor();
  });
});
