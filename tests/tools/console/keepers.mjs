// What several scripts have those do who keep the community: sign in to the console, go to a view, wait for it.
import * as h from "../pages/hands.mjs";
import { signedIn } from "../pages/people.mjs";

export const CONSOLE = "/console/";

/** A device whose owner is signed in, at the console. */
export async function atConsole(link, view = "", options = {}) {
  const page = await signedIn(link, options);
  await open(page, view);
  return page;
}

/** Opens a view by its address, and waits until it is there. */
export async function open(page, view) {
  await h.go(page, CONSOLE + view);
  await ready(page);
}

/** Waits until a view is there with what it asks for: its title, and nothing that says that it loads. */
export async function ready(page) {
  await page.locator("main h1").first().waitFor();
  await page.locator("main [role=status]", { hasText: /^(Loading|Counting)…$/ }).waitFor({ state: "detached" }).catch(() => {});
}

/** Presses a button of this name. */
export const press = (page, name) => page.getByRole("button", { name, exact: typeof name === "string" }).first().click();

/** Presses the button of an open dialog. */
export const confirm = (page, name) => page.locator("dialog[open]").getByRole("button", { name }).click();

/** Waits for a text in the page. */
export const see = (page, text) => page.locator("main").getByText(text).first().waitFor();

/** Waits until the graph is painted again after `before`. */
export async function painted(page, before = 0) {
  const end = Date.now() + 30_000;
  for (;;) {
    const count = Number(await page.locator("canvas").getAttribute("data-drawn"));
    if (count > before) return count;
    if (Date.now() > end) throw new Error("the graph is not painted");
    await page.waitForTimeout(10);
  }
}

// Keys ------------------------------------------------------------------------------------------------

/** Presses Tab until what matches has the focus, and sees that it shows it. */
export async function to(page, selector, most = 90) {
  for (let pressed = 0; pressed < most; pressed++) {
    await page.keyboard.press("Tab");
    const focus = await page.evaluate((selector) => {
      const element = document.activeElement;
      if (!element || element === document.body) return { element: "nothing" };
      // An editor shows it on its frame.
      const outlined = [element, element.parentElement].some((one) => {
        const style = getComputedStyle(one);
        return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
      });
      const box = element.getBoundingClientRect();
      return {
        element: element.outerHTML.slice(0, 200),
        found: element.matches(selector),
        outlined,
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
export const toText = (page, text) => page.evaluate((text) => {
  for (const old of document.querySelectorAll("[data-wanted]")) old.removeAttribute("data-wanted");
  const all = [...document.querySelectorAll("a, button, summary")].filter((one) => one.textContent.trim().startsWith(text) && one.offsetParent);
  all[0]?.setAttribute("data-wanted", "");
}, text).then(() => to(page, "[data-wanted]"));
