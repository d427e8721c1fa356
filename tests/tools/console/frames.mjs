// How smoothly the graph moves with ten thousand people on the screen, without a graphics card: frames a second while it is
// dragged and zoomed, and how long its first drawing takes. Prints one line of JSON.
import * as h from "../pages/hands.mjs";
import { again } from "../pages/people.mjs";
import { atConsole, CONSOLE, painted } from "./keepers.mjs";

const SECONDS = 5;

await h.main(async () => {
  const owner = await atConsole(h.LINK);
  const page = await again(owner, { viewport: { width: 1280, height: 800 } });
  await page.addInitScript(() => {
    globalThis.asked = 0;
    const ask = globalThis.fetch;
    globalThis.fetch = async (...given) => {
      const answer = await ask(...given);
      if (String(given[0].url ?? given[0]).includes("/tree")) globalThis.asked = performance.now();
      return answer;
    };
  });
  await h.go(page, `${CONSOLE}graph${process.env.PERSON ? `/${process.env.PERSON}` : ""}?open=all`);
  const first = await page.evaluate(async () => {
    for (;;) {
      const canvas = document.querySelector("canvas");
      if (canvas && Number(canvas.dataset.shown) > 0) return performance.now() - globalThis.asked;
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
  });
  await painted(page);
  const shown = Number(await page.locator("canvas").getAttribute("data-shown"));
  const box = await page.locator("canvas").boundingBox();
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.evaluate(() => {
    globalThis.frames = 0;
    const count = () => { globalThis.frames++; requestAnimationFrame(count); };
    requestAnimationFrame(count);
  });
  const measured = async (gesture) => {
    const [frames, begun] = await page.evaluate(() => [globalThis.frames, performance.now()]);
    const end = Date.now() + SECONDS * 1000;
    for (let turn = 0; Date.now() < end; turn++) await gesture(turn);
    const [after, ended] = await page.evaluate(() => [globalThis.frames, performance.now()]);
    return ((after - frames) * 1000) / (ended - begun);
  };
  await page.mouse.move(x, y);
  await page.mouse.down();
  const dragged = await measured((turn) => page.mouse.move(x + 120 * Math.sin(turn / 12), y + 80 * Math.cos(turn / 9)));
  await page.mouse.up();
  const zoomed = await measured((turn) => page.mouse.wheel(0, Math.sin(turn / 30) > 0 ? -30 : 30));
  // What the same browser shows at most, of a page where nothing is.
  await page.goto("about:blank");
  await page.evaluate(() => {
    globalThis.frames = 0;
    const count = () => { globalThis.frames++; requestAnimationFrame(count); };
    requestAnimationFrame(count);
  });
  const empty = await measured(() => page.mouse.move(x, y));
  console.log(JSON.stringify({ shown, first_ms: first, dragged, zoomed, empty }));
});
