// Every view of the console, and one item of each that has items: on a desktop and on a phone, light and dark. Nothing that
// axe-core finds wrong, nothing that is wider than the screen, and nothing that runs of what people have written.
import fs from "node:fs";
import * as h from "../pages/hands.mjs";
import { again } from "../pages/people.mjs";
import { atConsole, open, press } from "./keepers.mjs";
import { stage } from "./sample.mjs";

const PLANTED = `<script>ran=1</script>"><img src=x onerror="ran=1">'-(ran=1)-'</textarea></title><svg onload=ran=1>`
  + `<iframe srcdoc="<script>parent['ran']=1</script>"></iframe><base href=//evil><style>*{display:none}</style>{{7*7}}\${7*7}`;

/** The words in the addresses of the views, as the console's own table has them. */
const table = fs.readFileSync(new URL("../../../console/src/views/index.ts", import.meta.url), "utf8");
const VIEWS = [...table.matchAll(/path: "(\w+)"/g)].map(([, path]) => path);

async function look(page, told) {
  const size = page.viewportSize();
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    const rules = colorScheme === "dark" ? ["color-contrast", "link-in-text-block"] : undefined;
    h.same((await h.faults(page, rules)).join("\n"), "", `${told} at ${page.url()}, ${colorScheme}`);
    if (process.env.ALL) {
      const device = size.width < 500 ? "phone" : "desk";
      await page.screenshot({ path: `${process.env.ALL}/${told.replaceAll(/[^a-z0-9]+/gi, "-")}-${device}-${colorScheme}.png`, fullPage: true });
    }
  }
  await page.emulateMedia({ colorScheme: "light" });
  const state = await page.evaluate(() => ({
    ran: "ran" in globalThis,
    planted: document.querySelectorAll("iframe, base, style, img[src='x'], svg, script:not([src])").length,
    titles: document.querySelectorAll("h1").length,
    alerts: document.querySelectorAll("main [role=alert]").length,
  }));
  h.same(JSON.stringify(state), JSON.stringify({ ran: false, planted: 0, titles: 1, alerts: 0 }), told);
  if (size.width < 500) await page.setViewportSize({ ...size, width: 320 });
  const over = await page.evaluate(() => document.scrollingElement.scrollWidth - document.documentElement.clientWidth);
  h.same(over, 0, `${told}: wider than the screen by`);
  await page.setViewportSize(size);
}

/** Writes what would run if it could wherever people write, and answers an item of each kind. */
async function plant(page) {
  const ask = (method, path, body) => h.api(page, method, path, body);
  const first = async (path) => (await ask("GET", path)).items[0];
  const { person } = await first("/v1/admin/leads?kind=bad_rate&limit=1");
  const [member] = (await ask("GET", "/v1/admin/people?role=member&standing=active&limit=1")).items;
  await ask("POST", `/v1/admin/people/${member.id}/sanctions`, { kind: "freeze", reason: "other", note: PLANTED });
  await ask("POST", "/v1/reports", { person: member.id, reason: "abuse", note: PLANTED });
  await ask("POST", "/v1/me/invites", { email: "planted@example.net", message: PLANTED, campaign: PLANTED.slice(0, 60) }).catch(() =>
    ask("POST", "/v1/me/invites", { email: "planted@example.net", message: PLANTED }));
  const action = await ask("POST", "/v1/admin/actions", { selection: { branch: person.id }, kind: "ban", reason: "spam", note: PLANTED });
  const job = await page.evaluate(async () => {
    const token = document.querySelector("meta[name=form-token]").content;
    const answer = await fetch("/v1/admin/invites/bulk", {
      method: "POST", headers: { "X-Form-Token": token, "Content-Type": "text/csv" }, body: "email\nrow.one@example.net\nrow.two@example.net\n",
    });
    return (await answer.json()).job;
  });
  const servers = [];
  for (const uris of ["turn:one.example.org:3478", "turn:two.example.org:3478"]) {
    servers.push((await ask("POST", "/v1/admin/room-servers", { kind: "coturn", uris, static_auth_secret: "x".repeat(40) })).id);
  }
  await ask("POST", "/v1/admin/rooms", { id: "on-two", servers });
  await ask("POST", "/v1/rooms/on-two/tickets");
  const inside = await stage(page, "stage", (await ask("GET", "/v1/admin/people?role=member&standing=active&limit=9")).items.slice(4), PLANTED.slice(0, 100));
  const asks = { roles: ["member", "reviewer"], branch: person.id, age_from: 16, age_below: 120 };
  await ask("PUT", "/v1/admin/rooms/stage", { enter: "none", speak: "none", capacity: 100, open: true, who: { moderates: asks, speaks: asks } });
  const lead = await first("/v1/admin/leads?limit=1");
  const waiting = await first("/v1/admin/cases?limit=1");
  return [
    `people/${person.id}`, `people/${member.id}`, `leads/${lead.id}`, `actions/${action.id}`, "actions?new=1", `actions?branch=${person.id}`,
    `reports/${member.id}`, `jobs/${job}`, `graph/${person.id}?open=all`, `graph/${person.id}?as=table&open=all`, "graph?colour=joined",
    ...["branch", "sanctions", "account", "invites", "vouches", "rooms", "history"].map((tab) => `people/${member.id}?show=${tab}`),
    "invites?show=figures", "invites?show=figures&by=inviter", "invites?show=bulk", `invites?show=bulk&job=${job}`, "reviews?show=refusals",
    "rooms/stage", ...["people", "places", "history", "acts", `history&person=${inside.at(-1).id}`].map((tab) => `rooms/stage?show=${tab}`),
    "rooms?show=servers", "rooms/on-two", `rooms/${servers[0]}`, "ledger/1", "health?minutes=360", "graph?colour=assurance", "graph?colour=lead", "people?q=wu", ...(waiting ? [`reviews/${waiting.id}`] : []),
  ];
}

await h.main(async () => {
  // What was reported before is another script's.
  const before = await h.reports();
  const owner = await atConsole(h.LINK);
  const items = await h.step("what people have written", () => plant(owner));
  for (const [name, device] of [["desk", h.DESK], ["phone", h.PHONE]]) {
    const page = await again(owner, device);
    for (const view of [...VIEWS, ...items]) {
      await h.step(`${name}: ${view}`, async () => {
        await open(page, view);
        await page.waitForTimeout(300);
        await look(page, view.replaceAll(/\w+_[0-9a-z]{26}/g, "item"));
      });
    }
    for (const [view, button] of [["rooms/stage?show=people", "Act…"], ["rooms/stage?show=places", "Give a place"], ["services", "Add a service"]]) {
      await h.step(`${name}: ${button} at ${view}`, async () => {
        await open(page, view);
        await press(page, button);
        await look(page, `${view}: ${button}`);
      });
    }
    await h.step(`${name}: a room is about to be made private`, async () => {
      await open(page, "rooms/stage");
      await press(page, "Change the terms");
      const dialog = page.locator("dialog[open]");
      for (const part of await dialog.locator("summary").all()) await part.click();
      await dialog.locator("select").first().selectOption("guests");
      await dialog.locator("button:not([type=button])").click();
      await dialog.getByText("Invites that were made for it until now lead nowhere").waitFor();
      await look(page, "a room is about to be made private");
    });
    await h.step(`${name}: a view that is none, and an item that is none`, async () => {
      await open(page, "nothing");
      await look(page, "nothing");
    });
    await page.context().close();
  }
  await h.step("no report of a breach has come", async () => {
    h.same(await h.reports(), before, "reports");
    h.same(h.complained().join("\n"), "", "complaints");
  });
  console.log(`${VIEWS.length} views, ${items.length} more`);
});
