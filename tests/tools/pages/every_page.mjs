// Every page, in both languages, on a desktop and on a phone, light and dark: nothing that axe-core finds wrong, nothing
// that is wider than the screen, and nothing that runs of what people have written.
import * as h from "./hands.mjs";
import { signedIn, twoMore } from "./people.mjs";
import { walk } from "./walk.mjs";

// An invite's words may hold no link, so nothing in here looks like one.
const PLANTED = `<script>ran=1</script>"><img src=x onerror="ran=1">'-(ran=1)-'</textarea></title><svg onload=ran=1>`
  + `<iframe srcdoc="<script>parent['ran']=1</script>"></iframe><base href=//evil><style>*{display:none}</style>{{7*7}}\${7*7}`;
const texts = {
  field: `javascript:ran=1//${PLANTED.slice(0, 120)}`,
  message: PLANTED,
  agent: `Mozilla/5.0 (X11; ${PLANTED}) Chrome/156.0 ${PLANTED}`,
};

const seen = new Set();

async function look(page, name) {
  seen.add(h.place(page).replace(/invite_[0-9a-z]+/, "{id}").replace(/(?<=^\/rooms\/).+/, "{room}"));
  const told = `${name} at ${page.url()}`;
  const state = await page.evaluate(() => ({
    ran: "ran" in globalThis,
    planted: document.querySelectorAll("iframe, base, style, img[src='x'], svg, script:not([src])").length,
    titles: document.querySelectorAll("h1").length,
    language: document.documentElement.lang,
  }));
  h.same(JSON.stringify(state), JSON.stringify({ ran: false, planted: 0, titles: 1, language: wanted }), told);
  await page.emulateMedia({ colorScheme: "light" });
  h.same((await h.faults(page)).join("\n"), "", `${told}, light`);
  await page.emulateMedia({ colorScheme: "dark" });
  h.same((await h.faults(page, ["color-contrast", "link-in-text-block"])).join("\n"), "", `${told}, dark`);
  const size = page.viewportSize();
  const width = size.width < 500 ? 320 : size.width;
  await page.setViewportSize({ ...size, width });
  const over = await page.evaluate(() => document.scrollingElement.scrollWidth - document.documentElement.clientWidth);
  h.same(over, 0, `${told}: wider than ${width} px by`);
  await page.setViewportSize(size);
}

let wanted;

await h.main(async () => {
  const owner = await signedIn(h.LINK);
  const [second, third] = await twoMore(owner);
  let n = 0;
  for (const language of ["en", "zh-Hans"]) {
    for (const device of [h.DESK, h.PHONE]) {
      wanted = language;
      await walk(look, { owner, second, third, texts, n: n++, options: { language, ...device } });
    }
  }
  await h.step("no report of a breach has come", async () => {
    h.same(await h.reports(), 0, "reports");
    h.same(h.complained().join("\n"), "", "complaints");
  });
  await h.step("and one would have", async () => {
    await owner.evaluate(() => {
      const picture = document.createElement("img");
      picture.src = "data:,";
      document.body.append(picture);
    });
    for (let turn = 0; turn < 100 && await h.reports() === 0; turn++) await owner.waitForTimeout(50);
    h.same(await h.reports(), 1, "reports");
    h.holds(h.complained().length > 0, "the browser complains");
  });
  console.log([...seen].join("\n"));
});
