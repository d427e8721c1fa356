// The keyboard alone: whatever has the focus shows it.
import * as h from "./hands.mjs";

/** Presses Tab until what matches has the focus, and sees that it shows it. */
export async function to(page, selector) {
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

/** Presses a key, and waits for the page to which it leads. */
export async function enter(page, key = "Enter") {
  await Promise.all([page.waitForEvent("load"), page.keyboard.press(key)]);
}

/** Types into a field. */
export async function fill(page, name, text) {
  await to(page, `#f-${name}`);
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type(text);
}
