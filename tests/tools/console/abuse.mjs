// The abusive branch of the sample community: found from the leads, understood, proposed, approved by a second admin in a
// browser of their own, banned, seen in the ledger, and undone. How long it takes is printed.
import * as h from "../pages/hands.mjs";
import { atConsole, confirm, open, painted, press, ready, see } from "./keepers.mjs";

await h.main(async () => {
  const begun = Date.now();
  const owner = await h.step("the printed link leads to the console", async () => {
    const page = await atConsole(h.LINK);
    h.same(h.place(page), "/console/graph", "the first view");
    return page;
  });
  const lead = await h.step("a lead says why", async () => {
    await owner.getByRole("link", { name: "Leads" }).click();
    await ready(owner);
    const lead = owner.locator("article", { hasText: "Many sanctioned below" }).first();
    await lead.waitFor();
    h.holds((await lead.innerText()).includes("11 of the 60 people"), "the lead tells its figures");
    return lead;
  });
  const branch = await h.step("the branch is looked at", async () => {
    await lead.getByRole("link", { name: "See the branch" }).click();
    await painted(owner);
    await see(owner, "60, 2 levels deep");
    h.same(await owner.locator("canvas").getAttribute("data-shown"), "61", "everybody of it is shown");
    return h.place(owner).split("/").at(-1);
  });
  await h.step("a ban is drafted, and shows exactly whom", async () => {
    await owner.getByRole("link", { name: "Act on this branch…" }).click();
    await ready(owner);
    await owner.getByLabel("Why, in your own words").fill("A leaked link: these came to sell.");
    await press(owner, "See whom it would be on");
    await see(owner, "On 49 people");
    await see(owner, "12: already as gravely sanctioned");
  });
  await h.step("so many need a second admin", async () => {
    await see(owner, "So many need a second admin.");
    h.same(await owner.getByRole("button", { name: "Approve…" }).count(), 0, "whoever drafted it does not approve it");
    await press(owner, "Propose to the other admins");
    await confirm(owner, "Propose");
    await see(owner, "waits for approval");
  });
  const action = h.place(owner).split("/").at(-1);
  const second = await h.step("the second admin approves in a browser of their own", async () => {
    const page = await atConsole(h.LINK_OF_SECOND, "actions");
    await page.getByRole("link", { name: "Ban" }).first().click();
    await see(page, "On 49 people");
    await press(page, "Approve…");
    await confirm(page, "Approve and apply");
    await see(page, "applied");
    return page;
  });
  await h.step("whoever proposed it sees it happen, without asking again", async () => {
    await owner.locator("#state", { hasText: /^applied$/ }).waitFor();
    await see(owner, "Applying: done");
  });
  await h.step("the ledger tells each of them", async () => {
    await open(owner, "ledger?type=person_sanctioned");
    await owner.locator("main table tbody tr").first().waitFor();
    const rows = await owner.locator("main table tbody tr").count();
    h.holds(rows >= 20, `${rows} rows`);
  });
  const took = Date.now() - begun;
  await h.step("and it is undone", async () => {
    await open(second, `actions/${action}`);
    await press(second, "Undo…");
    await second.locator("dialog[open] textarea").fill("The wrong branch, we are sorry.");
    await confirm(second, "Undo");
    await second.locator("#state", { hasText: /^undone$/ }).waitFor();
    await open(owner, `graph/${branch}?open=all`);
    await see(owner, "60, 2 levels deep");
    const sanctioned = owner.locator("dt", { hasText: "Sanctioned" }).locator("xpath=following-sibling::dd[1]");
    h.same(await sanctioned.innerText(), "11", "who was banned before is banned still");
  });
  h.holds(took < 120_000, `it took ${took} ms`);
  console.log(`from the link to the ledger: ${took} ms`);
});
