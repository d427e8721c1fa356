// The console's first page: how much comes, and when it can be used on a processor that is four times slower; and how soon a
// branch is drawn after the click that opens it. The middle of three times counts.
import * as h from "../pages/hands.mjs";
import { again } from "../pages/people.mjs";
import { atConsole, CONSOLE, painted } from "./keepers.mjs";

const middle = (times) => times.toSorted((a, b) => a - b)[1];

async function first(owner) {
  const page = await again(owner);
  const cdp = await page.context().newCDPSession(page);
  let [bytes, files] = [0, 0];
  cdp.on("Network.loadingFinished", ({ encodedDataLength }) => { bytes += encodedDataLength; files += 1; });
  await cdp.send("Network.enable");
  await cdp.send("Emulation.setCPUThrottlingRate", { rate: 4 });
  // Usable is the moment when the view is there, with its title, and the way to every other.
  await page.addInitScript(() => {
    const look = new MutationObserver(() => {
      if (document.querySelector("main h1") && document.querySelector("nav [aria-current=page]")) {
        globalThis.usable = performance.now();
        look.disconnect();
      }
    });
    look.observe(document, { childList: true, subtree: true });
  });
  await h.go(page, CONSOLE);
  await painted(page);
  const usable = await page.evaluate(() => globalThis.usable);
  await page.context().close();
  return { bytes, files, usable };
}

await h.main(async () => {
  const owner = await atConsole(h.LINK);
  await h.step("the first page on a slow device", async () => {
    const seen = [];
    for (let turn = 0; turn < 3; turn++) seen.push(await first(owner));
    const bytes = Math.max(...seen.map((one) => one.bytes));
    const usable = middle(seen.map((one) => one.usable));
    console.log(`/console/: ${bytes} bytes in ${seen[0].files} files, usable after ${seen.map((one) => Math.round(one.usable)).join(", ")} ms`);
    h.holds(seen[0].files >= 5, `${seen[0].files} files are not all`);
    h.holds(bytes <= 120 * 1024, `${bytes} bytes are more than 120 KiB`);
    h.holds(usable <= 1000, `usable after ${usable} ms only`);
  });
  await h.step("a branch is drawn soon after the click", async () => {
    const times = [];
    for (let turn = 0; turn < 3; turn++) {
      const page = await again(owner);
      await h.go(page, `${CONSOLE}graph`);
      const before = await painted(page);
      await page.evaluate(() => {
        const canvas = document.querySelector("canvas");
        addEventListener("click", () => (globalThis.clicked = performance.now()), { capture: true, once: true });
        new MutationObserver((_, look) => {
          if (globalThis.clicked && Number(canvas.dataset.shown) > globalThis.shown) {
            globalThis.drawn = performance.now();
            look.disconnect();
          }
        }).observe(canvas, { attributes: true });
        globalThis.shown = Number(canvas.dataset.shown);
      });
      await page.getByRole("button", { name: "Open all" }).click();
      await painted(page, before);
      for (let turn = 0; turn < 500 && !(await page.evaluate(() => "drawn" in globalThis)); turn++) await page.waitForTimeout(10);
      times.push(await page.evaluate(() => globalThis.drawn - globalThis.clicked));
      await page.context().close();
    }
    console.log(`a branch of 2,000 is drawn after ${times.map(Math.round).join(", ")} ms`);
    h.holds(middle(times) <= 300, `drawn after ${middle(times)} ms only`);
  });
});
