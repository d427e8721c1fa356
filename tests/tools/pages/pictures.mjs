// Pictures of every page: light and dark, on a desktop and on a phone, in both languages, into SHOTS; and a sheet of a few
// of them for docs/pages.md, into SHEET.
import path from "node:path";
import * as h from "./hands.mjs";
import { signedIn, twoMore } from "./people.mjs";
import { walk } from "./walk.mjs";

const TEXTS = {
  en: {
    field: "Grace Hopper",
    message: "We met at the harbour in May.\nCome and listen to us on Fridays!",
    agent: "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
  },
  "zh-Hans": {
    field: "王秀英",
    message: "五月我们在港口见过。\n周五来听我们聊天吧！",
    agent: "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
  },
};

/** What stands in the sheet, a row each: page, language, scheme. All are of a phone. */
const SHEET = [
  [["join", "en", "light"], ["join-name", "en", "dark"], ["join-password-wrong", "zh-Hans", "light"], ["invites-welcome", "zh-Hans", "dark"]],
  [["signin", "zh-Hans", "light"], ["account", "en", "dark"], ["invites-share", "en", "light"], ["appeal", "zh-Hans", "dark"]],
  [["rooms", "en", "light"], ["room-asks", "zh-Hans", "dark"], ["room-moderated", "en", "light"], ["room-put-out", "zh-Hans", "dark"]],
];

const taken = new Map();

await h.main(async () => {
  const owner = await signedIn(h.LINK);
  const [second, third] = await twoMore(owner);
  let n = 0;
  for (const language of ["en", "zh-Hans"]) {
    for (const [kind, device] of [["desk", h.DESK], ["phone", h.PHONE]]) {
      const look = async (page, name) => {
        for (const colorScheme of ["light", "dark"]) {
          await page.emulateMedia({ colorScheme });
          const picture = await page.screenshot({
            path: path.join(h.SHOTS, `${name}-${kind}-${colorScheme}-${language}.png`),
            fullPage: kind === "desk",
          });
          if (kind === "phone") taken.set(`${name} ${language} ${colorScheme}`, picture);
        }
      };
      await walk(look, { owner, second, third, texts: TEXTS[language], n: n++, options: { language, ...device } });
    }
  }
  if (process.env.SHEET) await h.step("the sheets", sheets);
});

async function sheets() {
  const page = await h.tab(await h.device({ viewport: { width: 1280, height: 720 } }));
  for (const [row, pictures] of SHEET.entries()) {
    const images = pictures.map((key) => {
      const picture = taken.get(key.join(" "));
      h.holds(picture, `a picture of ${key}`);
      return `<img src="data:image/png;base64,${picture.toString("base64")}">`;
    });
    await page.setContent(`<style>body{margin:0;background:#8a94a0;display:flex;gap:16px;padding:16px;width:max-content}
      img{width:300px;display:block;border-radius:8px}</style>${images.join("")}`);
    await page.locator("img").last().evaluate((image) => image.decode());
    await page.locator("body").screenshot({ path: path.join(process.env.SHEET, `pages-${row + 1}.png`) });
  }
}
