// Every question of docs/console.md, answered as the table there tells, by hand from the first view; the answer is looked for
// on the screen and is what the API says. Prints how long each took and by how many clicks and words.
import fs from "node:fs";
import * as h from "../pages/hands.mjs";
import { atConsole, painted, see } from "./keepers.mjs";
import { appellant, SILENT, stage, verified, waiting } from "./sample.mjs";

const guide = fs.readFileSync(new URL("../../../docs/console.md", import.meta.url), "utf8");
const QUESTIONS = [...guide.split("## Questions of an admin")[1].split("\n## ")[0].matchAll(/^\| ([^|]+\?) \|/gm)].map(([, question]) => question);

await h.main(async () => {
  const page = await atConsole(h.LINK);
  const second = await atConsole(h.LINK_OF_SECOND, "health");
  const ask = (path) => h.api(page, "GET", path);
  const handle = (person) => `@${person.handle}`;

  // What there is to ask about.
  const made = await h.step("what the sample community lacks", async () => {
    const [one, two] = (await ask("/v1/admin/people?role=member&standing=active&limit=2")).items;
    await h.api(page, "POST", "/v1/reports", { person: one.id, reason: "abuse", note: "They shout at everybody." });
    await appellant(second, two, "It was my brother, who had my phone.");
    await waiting(page, second, 2);
    const singer = await verified(second, page, "spring_singer", "王秀英");
    await h.api(second, "POST", `/v1/admin/people/${singer.id}/name`, { reason: "The bank asks who sings." });
    const link = await h.api(page, "POST", "/v1/me/invites", { max_uses: 5 });
    await fetch(`${h.BASE}/v1/invites/${link.code}/report`, { method: "POST" });
    await h.api(page, "POST", "/v1/admin/room-servers", { kind: "janus", ...SILENT });
    const inside = await stage(page, "stage", (await ask("/v1/admin/people?role=member&standing=active&limit=9")).items.slice(4));
    return { reported: one, appeals: two, singer, inside };
  });
  const { person: leader } = (await ask("/v1/admin/leads?kind=bad_rate&limit=1")).items[0];
  const below = (await ask(`/v1/admin/people/${leader.id}/children?limit=100`)).items;
  const keeper = await h.api(second, "GET", "/v1/me");

  // Hands ------------------------------------------------------------------------------------------
  let acts = 0;
  const main = page.locator("main");
  const click = async (what) => { acts++; await what.click(); };
  const fill = async (what, text) => { acts++; await what.fill(text); };
  const choose = async (what, option) => { acts++; await what.selectOption(option); };
  const view = (name) => click(page.getByRole("navigation", { name: "Views" }).getByRole("link", { name, exact: true }));
  const button = (name) => click(main.getByRole("button", { name, exact: typeof name === "string" }).first());
  const tab = (name) => click(main.getByRole("navigation").getByRole("link", { name }));
  /** Their page, by their handle. */
  const person = async (who, shown) => {
    await view("People");
    await fill(page.locator("#q"), handle(who));
    await click(main.locator("table").getByRole("link", { name: handle(who), exact: true }));
    await page.locator("main h1", { hasText: handle(who) }).waitFor();
    if (shown) await tab(shown);
  };
  /** The page of the room that has people in it. */
  const room = async (shown) => {
    await view("Rooms");
    await click(main.locator("table").getByRole("link", { name: "stage", exact: true }));
    await page.locator("main h1", { hasText: "stage" }).waitFor();
    if (shown) await tab(shown);
  };
  /** What stands on a part of the page has all of these words. */
  const has = async (part, ...words) => {
    for (const word of words) {
      await part.filter({ hasText: word }).first().waitFor().catch(() => {
        throw new Error(`"${word}" is not answered at ${page.url()}`);
      });
    }
  };
  const card = (title) => main.locator("section", { has: page.getByRole("heading", { name: title, exact: true }) });
  const row = (...words) => words.reduce((rows, word) => rows.filter({ hasText: word }), main.locator("table tbody tr"));
  /** A name or figure of a list of terms. */
  const told = (part, term, value) => has(part.locator("dl > div, dl").locator(`dt:text-is("${term}") + dd`), value);

  const ANSWERS = {
    "Who let this person in?": async () => {
      await person(below[0]);
      await told(card("How they came in"), "Let in by", handle(leader));
    },
    "And who let them in, up to the root?": async () => {
      const chain = (await ask(`/v1/admin/people/${below[0].id}/chain`)).items;
      await person(below[0]);
      await card("Above them, up to the root").locator(`li:nth-child(${chain.length})`).waitFor();
      const read = await card("Above them, up to the root").locator("li").allInnerTexts();
      chain.forEach((above, place) => h.holds(read[place].includes(handle(above)), `${read[place]} is ${above.handle}`));
    },
    "Whom else did they let in?": async () => {
      await person(leader, /^Let in/);
      await told(main, "Let in", String(below.length));
      await has(row(), handle(below[0]));
    },
    "By which invite did she come, and who passed it on?": async () => {
      await person(made.singer);
      await told(card("How they came in"), "By", "an invite by mail");
      await told(card("How they came in"), "Passed on by", handle(keeper));
      await told(card("How they came in"), "Campaign", "spring");
    },
    "How many are below him, how many of them sanctioned?": async () => {
      const { figures } = await ask(`/v1/admin/people/${leader.id}/branch/figures`);
      await person(leader);
      await click(main.getByRole("link", { name: "Show in the graph" }));
      await told(page.getByLabel("Chosen"), "People", String(figures.people));
      await told(page.getByLabel("Chosen"), "Sanctioned", String(figures.sanctioned));
    },
    "How do these two hang together?": async () => {
      const { path } = await ask(`/v1/admin/paths?from=${leader.id}&to=${made.reported.id}`);
      await person(leader);
      await click(main.getByRole("link", { name: "Show in the graph" }));
      await button("Path from here");
      await fill(main.getByLabel("To", { exact: true }), made.reported.handle);
      await click(main.getByLabel("Found").getByRole("button", { name: handle(made.reported), exact: true }));
      const answer = main.locator(".notice", { hasText: /: \d+ steps?\./ });
      await answer.waitFor();
      h.same((await answer.getByRole("link").allInnerTexts()).join(), path.map(handle).join(), "the path");
    },
    "How was it on the first of September?": async () => {
      const { items: [root] } = await ask("/v1/admin/people?limit=1");
      const [day, then, said] = await page.evaluate(() => {
        const [today, day] = [new Date(), new Date(new Date().getFullYear(), 8, 1)];
        if (day >= today) day.setFullYear(day.getFullYear() - 1);
        return [`${day.getFullYear()}-09-01`, day.toISOString(), `1 Sept ${day.getFullYear()}`];
      });
      const { figures } = await ask(`/v1/admin/people/${root.id}/branch/figures?as_of=${then}`);
      const before = await painted(page);
      await fill(page.locator("#day"), day);
      await see(page, `The branch as it was on ${said}`);
      await told(page.getByLabel("Chosen"), "People", figures.people.toLocaleString("en"));
      await painted(page, before);
    },
    "Which branch looks abusive, and why?": async () => {
      const { items: [lead] } = await ask("/v1/admin/leads?limit=1");
      await view("Leads");
      await has(main.locator("article").first(), handle(lead.person), lead.explanation);
    },
    "Who is behind an address?": async () => {
      await view("People");
      await fill(page.locator("#q"), "spring_singer@example.net");
      await button("Search");
      await see(page, "Whoever has proved that this address");
      await row("@spring_singer").waitFor();
      h.same(await row().count(), 1, "and nobody else");
    },
    "Which invites leaked?": async () => {
      await view("Invites");
      await fill(page.locator("#came"), "20");
      await row(handle(leader), "45 of 60").waitFor();
      await button("Clear");
      await choose(page.locator("#doubted"), { index: 1 });
      await row("@owner", "reported 1 time").waitFor();
      await page.waitForFunction(() => document.querySelectorAll("main table tbody tr").length === 1);
    },
    "What came of the spring campaign, and who stayed?": async () => {
      await view("Invites");
      await tab("What came of them");
      await row("spring").waitFor();
      const [of] = (await ask("/v1/admin/invites/figures?by=campaign")).items;
      const read = await row("spring").locator("td.num").allInnerTexts();
      h.same(read.slice(0, 4).join(), [of.sent, of.begun, of.joined, of.joined_30_days_ago].join(), "the figures");
    },
    "Who invites well?": async () => {
      const [of] = (await ask("/v1/admin/invites/figures?by=inviter")).items;
      await view("Invites");
      await tab("What came of them");
      await choose(page.locator("#by"), { label: "Inviter" });
      await has(row().first(), handle(of.inviter), of.joined.toLocaleString("en"), `${of.in_good_standing_after_30_days}`);
    },
    "How many invites has he left, and why so few?": async () => {
      const { places } = await ask(`/v1/admin/people/${made.reported.id}/invite-quota`);
      await person(made.reported, /^Invites/);
      await has(card("Places to give"), `${places.left} places left of ${places.quota}`, "The policy gives 100", "used");
    },
    "Why is she banned, by whom, since when?": async () => {
      const { items: [ban] } = await ask(`/v1/admin/people/${leader.id}/sanctions`);
      const by = await ask(`/v1/admin/people/${ban.imposed_by}`);
      await person(leader, /^Sanctions/);
      const shown = card("Sanctions").locator("article");
      await told(shown, "Because of", "spam");
      await told(shown, "In words", ban.note);
      await told(shown, "Imposed", handle(by));
      await told(shown, "Imposed", String(new Date(ban.imposed_at).getFullYear()));
    },
    "Why was she refused?": async () => {
      const { items: [refusal] } = await ask("/v1/admin/refusals");
      await view("Reviews");
      await tab("Final refusals");
      const day = await page.evaluate((at) => new Intl.DateTimeFormat("en-GB", { dateStyle: "medium" }).format(new Date(at)), refusal.at);
      await row(refusal.reason, day).first().waitFor();
    },
    "What do members report of him?": async () => {
      await view("Reports");
      await click(row(handle(made.reported)).getByRole("link", { name: /^Read/ }));
      await has(main.locator("article"), "They shout at everybody.", "Abuse", "@owner");
    },
    "Whose appeal waits?": async () => {
      await view("Appeals");
      await has(row(handle(made.appeals)), "nobody", "Open");
    },
    "Who waits to be let in, and who vouches for them?": async () => {
      await view("Waitlist");
      await row("I sing alto.").nth(1).waitFor();
      await row(handle(keeper)).waitFor();
      h.same(await row(handle(keeper)).count(), 1, "one is vouched for");
    },
    "Did anybody look at a name, and why?": async () => {
      await view("Ledger");
      await button("Who looked at whose name");
      await has(row("Looked at a member's name"), handle(keeper));
      await click(row("Looked at a member's name").getByRole("link", { name: handle(made.singer), exact: true }));
      await tab("Account");
      await has(card("Who looked at their name").locator("tbody tr"), handle(keeper), "The bank asks who sings.");
    },
    "What did this admin do last week?": async () => {
      await view("Ledger");
      await click(main.getByText("More filters", { exact: true }));
      await fill(main.getByLabel("Who did it"), handle(keeper));
      await fill(main.getByLabel("From"), new Date(Date.now() - 7 * 86_400_000).toISOString().slice(0, 16));
      await button("Show");
      await main.getByLabel("Filters", { exact: true }).getByText(handle(keeper)).waitFor();
      await has(row(), "Looked at a member's name");
      for (const read of await row().locator("td:nth-child(4)").allInnerTexts()) h.same(read.trim(), handle(keeper), "nobody else's");
    },
    "How many would fall silent if speaking wanted a verified name?": async () => {
      await view("Policy");
      const text = main.getByLabel("The document");
      const document = `${await text.inputValue()}\n[rooms]\nspeak = "verified"\n`;
      const { below: [silent] } = await h.api(page, "POST", "/v1/admin/policy/simulate", { document });
      await fill(text, document);
      await button("See what it would change");
      await has(card("What it would change").locator(".notice"), `${silent.people.toLocaleString("en")} members fall below rooms.speak`);
      await button("Undo my changes");
    },
    "Do letters go out? Is anything behind?": async () => {
      const { letters, subscribers } = await ask("/v1/admin/health");
      await view("Health");
      const box = main.locator(".card", { has: page.getByRole("heading", { name: "Letters", exact: true }) });
      await told(box, "Given up", String(letters.dead));
      await told(box, "Waiting", String(letters.waiting));
      await has(main.getByLabel("Followers of the ledger"), "Invite mails");
      h.same(await main.getByLabel("Followers of the ledger").locator("tbody tr").count(), subscribers.length, "those who follow the ledger");
    },
    "Which room server fails, since when?": async () => {
      await view("Rooms");
      await tab(/^Servers/);
      await has(row("failing"), "Janus", "no Janus answers at admin_url", "ago");
    },
    "Who moderates this room?": async () => {
      const { moderators: [chair], filters: [filter] } = await ask("/v1/rooms/stage");
      await room();
      await told(main, "Who moderates", handle(chair));
      await told(main, "Who moderates", filter);
    },
    "Why is she out of this room?": async () => {
      const she = made.inside.at(-1);
      const { items: [last] } = await ask(`/v1/admin/rooms/stage/history?person=${she.id}`);
      h.same(last.why, "put_out", "why");
      await room("History");
      await fill(main.getByLabel("Whose"), she.handle);
      await click(main.getByLabel("Found").getByRole("button", { name: handle(she), exact: true }));
      await see(page, "Everybody's");
      await has(row(handle(she)), "A moderator or a filter put them out");
      await page.waitForFunction(() => document.querySelectorAll("main table tbody tr").length === 1);
    },
    "What did the filter do?": async () => {
      const { items } = await ask("/v1/admin/rooms/stage/acts");
      await room("What was done");
      await has(row(handle(made.inside.at(-1)), "The listening filter"), "Put out", "Warned");
      h.same(await row("filter").count(), items.filter((one) => one.filter).length, "what filters did");
    },
  };

  h.same(Object.keys(ANSWERS).join("\n"), QUESTIONS.join("\n"), "the questions that the guide lists");
  const took = [];
  for (const [question, answer] of Object.entries(ANSWERS)) {
    await h.go(page, "/console/");
    await painted(page);
    acts = 0;
    const begun = Date.now();
    await h.step(question, answer);
    const seconds = (Date.now() - begun) / 1000;
    h.holds(seconds < 60, `${question} took ${seconds} s`);
    took.push({ question, seconds, acts });
    if (process.env.ALL) await page.screenshot({ path: `${process.env.ALL}/question-${took.length}.png` });
  }
  for (const one of took) console.log(`${one.seconds.toFixed(1).padStart(5)} s  ${String(one.acts).padStart(2)} acts  ${one.question}`);
});
