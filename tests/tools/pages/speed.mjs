// The first page that somebody sees, all of its files: how much comes over a slow line, and when it can be used on a slow
// device. The middle of three times counts.
import * as h from "./hands.mjs";
import { signedIn } from "./people.mjs";

/** A line of 1.6 Mbit/s whose answers take 150 ms. */
const LINE = { offline: false, downloadThroughput: 1_600_000 / 8, uploadThroughput: 750_000 / 8, latency: 150 };
const SLOWER = 4;

async function first(path) {
  const context = await h.device(h.PHONE);
  const page = await h.tab(context);
  const cdp = await context.newCDPSession(page);
  let bytes = 0;
  let files = 0;
  cdp.on("Network.loadingFinished", ({ encodedDataLength }) => { bytes += encodedDataLength; files += 1; });
  await cdp.send("Network.enable");
  await cdp.send("Network.emulateNetworkConditions", LINE);
  await cdp.send("Emulation.setCPUThrottlingRate", { rate: SLOWER });
  await h.go(page, path);
  const usable = await page.evaluate(() => performance.getEntriesByType("navigation")[0].loadEventEnd);
  await page.waitForLoadState("networkidle");
  h.holds(await page.locator(h.SUBMIT).first().isVisible(), "the button is there");
  await context.close();
  return { bytes, files, usable };
}

await h.main(async () => {
  const desk = await h.step("the owner makes a link", () => signedIn(h.LINK));
  await h.go(desk, "/invites");
  await desk.locator("#kind-link").check();
  await desk.locator("#f-message").fill("Come and talk with us, on Fridays at eight. ".repeat(11));
  await h.press(desk, h.SUBMIT);
  await h.press(desk, "a[href$='/share']");
  const link = await desk.locator("#link").inputValue();
  await desk.context().close();
  for (const [name, path] of [["/signin", "/signin"], ["/join", link]]) {
    await h.step(`${name} on a slow line and a slow device`, async () => {
      const seen = [];
      for (let turn = 0; turn < 3; turn++) seen.push(await first(path));
      const usable = seen.map((one) => one.usable).sort((a, b) => a - b);
      const bytes = Math.max(...seen.map((one) => one.bytes));
      console.log(`${name}: ${bytes} bytes in ${seen[0].files} files, usable after ${usable.map(Math.round).join(", ")} ms`);
      h.holds(seen[0].files >= 3, `${name}: ${seen[0].files} files are not all`);
      h.holds(bytes <= 60 * 1024, `${name}: ${bytes} bytes are more than 60 KiB`);
      h.holds(usable[1] <= 1000, `${name}: usable after ${usable[1]} ms only`);
    });
  }
});
