// Pictures of the console for docs/console.md, into SHEET: of the sample community.
import path from "node:path";
import * as h from "../pages/hands.mjs";
import { again } from "../pages/people.mjs";
import { atConsole, open } from "./keepers.mjs";

await h.main(async () => {
  const owner = await atConsole(h.LINK);
  const { items: [lead] } = await h.api(owner, "GET", "/v1/admin/leads?kind=bad_rate&limit=1");
  const action = await h.api(owner, "POST", "/v1/admin/actions", {
    selection: { branch: lead.person.id }, kind: "ban", reason: "spam", note: "A leaked link: these came to sell.",
  });
  const pictures = [
    ["graph", "graph?open=all", "light"],
    ["branch", `graph/${lead.person.id}?open=all`, "dark"],
    ["leads", "leads?kind=bad_rate", "light"],
    ["action", `actions/${action.id}`, "light"],
    ["person", `people/${lead.person.id}`, "light"],
    ["policy", "policy", "dark"],
    ["ledger", "ledger", "light"],
    ["health", "health", "dark"],
  ];
  for (const [name, view, colorScheme] of pictures) {
    await h.step(name, async () => {
      const page = await again(owner, { viewport: { width: 1180, height: 760 }, colorScheme });
      await open(page, view);
      await page.waitForTimeout(1200);
      await page.screenshot({ path: path.join(process.env.SHEET, `console-${name}.png`) });
      await page.context().close();
    });
  }
});
