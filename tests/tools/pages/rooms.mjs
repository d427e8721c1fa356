// A stage: a listener asks to speak by the keyboard alone, a moderator at another browser asks them to it, and they leave
// the stage and the room.
import * as h from "./hands.mjs";
import { enter, to } from "./keys.mjs";
import { comeIn, idOf, invited, room, seat, signedIn } from "./people.mjs";

const look = "main p > a[href*='/rooms/']";

await h.main(async () => {
  const owner = await signedIn(h.LINK);
  const [chair, guest] = [await h.tab(await h.device()), await h.tab(await h.device(h.PHONE))];
  for (const [page, handle, n] of [[chair, "chair", 11], [guest, "guest", 12]]) {
    await h.step(`${handle} comes in`, async () => {
      const address = `${handle}.stage@example.net`;
      await comeIn(page, { invite: await invited(owner, address), address, n, handle });
    });
  }
  await h.step("there is a stage, and whoever keeps it", async () => {
    await room(owner, "evening", { speakers: "stage" });
    await h.api(owner, "PUT", `/v1/admin/rooms/evening/places/${await idOf(chair)}`, { place: "moderator" });
    await seat(chair, "evening");
    await seat(guest, "evening");
  });
  await h.step("the listener finds the room and asks to speak", async () => {
    await to(guest, "nav a[href$='/rooms']");
    await enter(guest);
    await to(guest, "main a[href$='/rooms/evening']");
    await enter(guest);
    await to(guest, "button[value=ask]");
    await enter(guest, "Space");
    await to(guest, "button[value=ask_no_longer]");
    await enter(guest);
    await to(guest, "button[value=ask]");
    await enter(guest);
    h.same(await guest.locator("button[value=ask_no_longer]").count(), 1, "it is shown that they ask");
  });
  await h.step("the moderator sees it and asks them to the stage", async () => {
    await h.press(chair, "nav a[href$='/rooms']");
    await h.press(chair, "main a[href$='/rooms/evening']");
    h.same(await chair.locator("#hands h3").innerText(), "@guest", "who asks");
    h.same(await chair.locator("#people li.card").count(), 2, "who is in");
    await h.press(chair, "#hands button[value=to_stage]");
    h.same(await chair.locator("#hands").count(), 0, "nobody asks any more");
  });
  await h.step("the listener sees it, and leaves the stage", async () => {
    await to(guest, look);
    await enter(guest);
    h.holds((await guest.locator(".notice.good").innerText()).includes("You are on the stage"), "they may speak");
    await to(guest, "button[value=off_stage]");
    await enter(guest);
    h.same(await guest.locator("button[value=ask]").count(), 1, "they listen again");
  });
  await h.step("the moderator warns them by the keyboard", async () => {
    await h.press(chair, look);
    await to(chair, "#people summary");
    await chair.keyboard.press("Space");
    await to(chair, "#people select[name=reason]");
    await chair.keyboard.press("ArrowDown");
    await to(chair, "#people button[value=warn]");
    await enter(chair);
    h.same(await chair.locator("[role=status]").innerText(), "They are warned.", "it is told");
  });
  await h.step("and they see it, and leave the room", async () => {
    await to(guest, look);
    await enter(guest);
    h.holds((await guest.locator(".notice.bad").innerText()).includes("they advertise"), "the warning and why");
    await to(guest, "button[value=leave]");
    await enter(guest);
    h.same(await guest.locator("button[name=act]").count(), 0, "they are out");
    await h.press(chair, look);
    h.same(await chair.locator("#people li.card").count(), 1, "and the moderator sees it");
  });
});
