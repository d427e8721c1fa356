// The work that comes every day: a case reviewed and the next one there by itself, a file of invites sent and watched, and the
// policy tried before it is put in force.
import * as h from "../pages/hands.mjs";
import { atConsole, confirm, open, press, see } from "./keepers.mjs";

await h.main(async () => {
  const page = await atConsole(h.LINK);

  await h.step("a case is claimed, approved by a key, and the next one is there", async () => {
    await open(page, "reviews");
    await page.getByLabel("Why you look").fill("It is my turn at the queue.");
    await press(page, "Claim the next case");
    const form = page.getByRole("form", { name: /^Decide about/ });
    await form.waitFor();
    const first = page.url();
    const name = await form.getAttribute("aria-label");
    await page.keyboard.press("a");
    await page.locator("#reason").fill("The document and the name fit.");
    await page.keyboard.press("Control+Enter");
    for (let turn = 0; turn < 500 && page.url() === first; turn++) await page.waitForTimeout(20);
    h.holds(page.url() !== first, "another case is shown");
    await form.waitFor();
    h.holds((await form.getAttribute("aria-label")) !== name, "it is about somebody else");
  });

  await h.step("a file with a wrong row invites nobody, and the row is named", async () => {
    await open(page, "invites?show=bulk");
    const file = (text) => page.locator("#file").setInputFiles({ name: "friends.csv", mimeType: "text/csv", buffer: Buffer.from(text) });
    await file("email,campaign\nada@example.net,spring\nnobody at all,spring\n");
    await press(page, /^Check it, and invite/);
    await page.locator("[role=alert] table tbody tr", { hasText: "nobody at all" }).waitFor();
    const rows = Array.from({ length: 120 }, (_, row) => `friend.${row}@example.net,spring`);
    await file(`email,campaign\n${rows.join("\n")}\n`);
    await see(page, "120 rows");
    await press(page, /^Check it, and invite/);
  });
  await h.step("its job is watched to its end, row by row", async () => {
    await page.locator("main").getByText(/120 of 120|done/i).first().waitFor();
    const { items: [job] } = await h.api(page, "GET", "/v1/admin/jobs?limit=1");
    h.same(job.state, "done", "the job");
    const sent = await h.link("friend.119@example.net", "join");
    h.holds(sent.includes("/join/"), "and the last one has a letter");
  });

  await h.step("a policy is tried: who would fall silent", async () => {
    await open(page, "policy");
    const text = page.getByLabel("The document");
    await text.fill(`${await text.inputValue()}\n[rooms]\nspeak = "verified"\n`);
    await press(page, "See what it would change");
    await page.locator("main .notice strong:visible", { hasText: /members fall below/ }).first().waitFor();
  });
  await h.step("a mistake in it is named by its line", async () => {
    const text = page.getByLabel("The document");
    const whole = await text.inputValue();
    await text.fill(whole.replace('speak = "verified"', 'speak = "loudly"'));
    await press(page, "See what it would change");
    await page.locator("main").getByRole("button", { name: /^Line \d+$/ }).first().waitFor();
    await text.fill(whole);
  });
  await h.step("and it is put in force", async () => {
    const before = (await h.api(page, "GET", "/v1/admin/policy")).version;
    await press(page, "See what it would change");
    await page.locator("main .notice strong:visible", { hasText: /members fall below/ }).first().waitFor();
    await press(page, "Put in force");
    await confirm(page, "Put in force");
    for (let turn = 0; turn < 300 && (await h.api(page, "GET", "/v1/admin/policy")).version === before; turn++) await page.waitForTimeout(20);
    const after = await h.api(page, "GET", "/v1/admin/policy");
    h.same(after.policy.rooms.speak, "verified", "who may speak now");
  });
});
