// The main work of the console by keys alone: Tab, Enter, Space, arrows and letters. What has the focus shows it.
import * as h from "../pages/hands.mjs";
import { atConsole, open, painted, see, to, toText } from "./keepers.mjs";
import { appellant, SILENT, stage, waiting } from "./sample.mjs";

await h.main(async () => {
  const page = await atConsole(h.LINK);
  const second = await atConsole(h.LINK_OF_SECOND, "health");
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
  await h.step("a path to somebody who is named, and a day before", async () => {
    await toText(page, "Path from here");
    await key("Enter");
    await to(page, "main .notice input");
    await page.keyboard.type("wu_zihan");
    await page.getByLabel("Found").getByRole("button").first().waitFor();
    await toText(page, "@wu_zihan");
    await key("Enter");
    await page.locator("main .notice", { hasText: /: \d+ steps?\./ }).waitFor();
    await to(page, "#time");
    await key("ArrowLeft");
    await key("ArrowLeft");
    await see(page, "The branch as it was on");
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

  /** Opens the dialog behind a button, types into its fields in turn, and does it. */
  const ask = async (label, texts = []) => {
    await toText(page, label);
    await key("Enter");
    await page.locator("dialog[open]").waitFor();
    for (const [selector, text] of texts) {
      // A dialog begins at its first field.
      const is = await page.evaluate((selector) => document.activeElement.matches(selector), `dialog[open] ${selector}`);
      if (!is) await to(page, `dialog[open] ${selector}`);
      await page.keyboard.type(text);
    }
    await to(page, "dialog[open] button:not([type=button])");
    await key("Enter");
    await page.locator("dialog[open]").waitFor({ state: "detached" });
  };
  const member = (await h.api(page, "GET", "/v1/admin/people?role=member&standing=active&limit=1")).items[0];

  await h.step("a case is claimed and decided", async () => {
    await open(page, "reviews");
    await to(page, "#why");
    await page.keyboard.type("It is my turn at the queue.");
    await key("Enter");
    await page.getByRole("form", { name: /^Decide about/ }).waitFor();
    const first = page.url();
    await key("a");
    await page.locator("#reason").waitFor();
    if (!(await page.evaluate(() => document.activeElement.id === "reason"))) await to(page, "#reason");
    await page.keyboard.type("The document and the name fit.");
    await key("Control+Enter");
    for (let turn = 0; turn < 500 && page.url() === first; turn++) await page.waitForTimeout(20);
    h.holds(page.url() !== first, "the next case is there");
  });
  await h.step("reports are closed together", async () => {
    await h.api(page, "POST", "/v1/reports", { person: member.id, reason: "abuse", note: "They shout at everybody." });
    await open(page, `reports/${member.id}`);
    await ask("Close");
    await see(page, /no report|None|Nothing/i);
  });
  await h.step("an invite is taken back", async () => {
    await h.api(page, "POST", "/v1/me/invites", { email: "by.keys@example.net" });
    await open(page, "invites?state=open");
    await page.locator("main table tbody tr").first().waitFor();
    await ask("Take back…");
  });
  await h.step("an appeal is claimed, read and decided", async () => {
    await appellant(second, member, "It was my brother, who had my phone.");
    await open(page, "appeals");
    await page.locator("main table tbody tr", { hasText: `@${member.handle}` }).waitFor();
    await toText(page, "Open");
    await key("Enter");
    await see(page, "Claim it to read");
    await toText(page, "Claim it");
    await key("Enter");
    await see(page, "It was my brother, who had my phone.");
    await to(page, "[name=verdict]");
    await key("ArrowDown");
    h.holds(await page.locator("#overturned").isChecked(), "the arrow chooses among the verdicts");
    await to(page, "#reason");
    await page.keyboard.type("We believe you. Keep your phone.");
    await to(page, "form button");
    await key("Enter");
    await see(page, "Overturned: the sanction is lifted.");
    h.same((await h.api(page, "GET", `/v1/admin/people/${member.id}`)).standing, "active", "they are back");
  });
  await h.step("people are drawn from the waitlist, by chance", async () => {
    const addresses = await waiting(page, second, 3);
    await open(page, "waitlist");
    for (let turn = 0; turn < 500 && (await page.locator("main table tbody tr", { hasText: "@e" }).count()) < 3; turn++) await page.waitForTimeout(20);
    await to(page, "main input[type=number]");
    await key("Control+a");
    await page.keyboard.type("2");
    await to(page, "main select");
    await key("ArrowDown");
    await ask("Draw…");
    await see(page, "2 people were let in");
    await see(page, "The seed");
    h.same((await h.api(page, "GET", "/v1/admin/waitlist")).items.length, addresses.length - 2, "those who wait still");
  });
  await h.step("an event is opened, and its proof checked", async () => {
    await open(page, "ledger/1");
    await toText(page, "Check it");
    await key("Enter");
    await page.locator("main").getByText(/right|holds|agrees|fits/i).first().waitFor();
  });
  await h.step("a stage is worked: a hand, a place, somebody put out, and the room made private", async () => {
    const people = (await h.api(page, "GET", "/v1/admin/people?role=member&standing=active&limit=9")).items.slice(4);
    const inside = await stage(second, "stage", people);
    const [chair, , , asks] = inside;
    const row = (...words) => words.reduce((rows, word) => rows.filter({ hasText: word }), page.locator("main table tbody tr"));
    const press = async (text) => { await toText(page, text); await key("Enter"); };
    await open(page, "rooms");
    await press("stage");
    await see(page, `@${chair.handle}`);
    await press("Who is in");
    await page.getByRole("region", { name: "Table: Who asks to speak" }).getByRole("link", { name: `@${asks.handle}` }).waitFor();
    await press("To the stage");
    await row(`@${asks.handle}`, "speaks").waitFor();
    await press("Act…");
    await page.locator("dialog[open] h2", { hasText: `@${chair.handle}` }).waitFor();
    await key("ArrowDown");
    await key("ArrowDown");
    h.holds(await page.locator("dialog[open] [value=put_out]").isChecked(), "the arrow chooses among what can be done");
    await to(page, "dialog[open] input[type=number]");
    await key("Control+a");
    await page.keyboard.type("90");
    await to(page, "dialog[open] button:not([type=button])");
    await key("Enter");
    await row(`@${chair.handle}`).waitFor({ state: "detached" });
    await press("Places");
    const moderates = (person) => row(`@${person.handle}`).locator(".tag", { hasText: "moderator" }).waitFor();
    await moderates(chair);
    await press("Give a place");
    await page.keyboard.type(member.handle);
    await page.getByLabel("Found").getByRole("button", { name: `@${member.handle}`, exact: true }).waitFor();
    await press(`@${member.handle}`);
    await to(page, "dialog[open] [type=radio]");
    await key("ArrowDown");
    await key("ArrowDown");
    await to(page, "dialog[open] button:not([type=button])");
    await key("Enter");
    await moderates(member);
    await press("History");
    await row(`@${chair.handle}`, "put them out").waitFor();
    await press("What was done");
    await row("Put out", `@${chair.handle}`, "@owner").waitFor();
    await row("Put out", "The listening filter", "filter").waitFor();
    await to(page, "main nav a");
    await key("Enter");
    await press("Change the terms");
    await page.locator("dialog[open]").waitFor();
    await key("ArrowDown");
    await to(page, "dialog[open] button:not([type=button])");
    await key("Enter");
    await page.locator("dialog[open]").getByText("Make this a room for guests?").waitFor();
    await to(page, "dialog[open] button:not([type=button])");
    await key("Enter");
    await see(page, "invites for it from before lead nowhere");
    const { items } = await h.api(page, "GET", "/v1/admin/rooms/stage/places");
    h.same(items.find((one) => one.person.id === asks.id)?.place, "speaker", "whoever is on the stage has a place");
    h.same(items.find((one) => one.person.id === inside[1].id)?.place, "guest", "whoever is in is a guest");
  });
  await h.step("a policy is tried and put in force", async () => {
    await open(page, "policy");
    await to(page, "textarea");
    await key("Control+End");
    await page.keyboard.type('\n[rooms]\nspeak = "checked"\n');
    await toText(page, "See what it would change");
    await key("Enter");
    await page.locator("main section", { hasText: "What it would change" }).first().waitFor();
    await ask("Put in force");
    h.same((await h.api(page, "GET", "/v1/admin/policy")).policy.rooms.speak, "checked", "who may speak now");
  });
  await h.step("the queues are looked at again", async () => {
    await open(page, "health");
    await toText(page, "Look again");
    await key("Enter");
    await see(page, "Looked at");
  });
  await h.step("a service is added, and its secret shown once", async () => {
    await open(page, "services");
    await ask("Add a service", [["input", "A wall of sound"], ["[type=checkbox]", " "]]);
    await toText(page, "I have kept it");
    await key("Enter");
    await page.locator("main section", { hasText: "A wall of sound" }).getByText("It may warn, mute and put out").waitFor();
  });
  await h.step("a room server is registered", async () => {
    await open(page, "rooms?show=servers");
    await toText(page, "Register");
    await key("Enter");
    await page.locator("dialog[open] select").first().waitFor();
    for (const [name, text] of Object.entries(SILENT)) {
      await to(page, `dialog[open] input[id$="-${name}"]`);
      await page.keyboard.type(text);
    }
    await to(page, "dialog[open] button:not([type=button])");
    await key("Enter");
    await page.locator("main h1", { hasText: "Janus" }).waitFor();
    for (let turn = 0; turn < 20 && !(await page.locator("main .tag", { hasText: "failing" }).count()); turn++) {
      await page.waitForTimeout(500);
      await toText(page, "Look again");
      await key("Enter");
    }
    await see(page, "no Janus answers at admin_url");
  });
  await h.step("a job is looked into", async () => {
    await open(page, "jobs");
    await page.locator("main h1").waitFor();
    const link = page.locator("main table a").first();
    await link.waitFor();
    await toText(page, (await link.innerText()).trim());
    await key("Enter");
    for (let turn = 0; turn < 100 && !h.place(page).includes("/jobs/"); turn++) await page.waitForTimeout(20);
    h.holds(h.place(page).includes("/jobs/"), "its page is there");
  });
});
