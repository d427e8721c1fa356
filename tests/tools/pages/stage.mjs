// The pages of rooms, as a member and a moderator see them: `look` is shown each.
import * as h from "./hands.mjs";
import { again, room, seat } from "./people.mjs";

/** Opens what can be done about somebody, and does it. */
async function act(page, which, by) {
  await page.locator("#people li.card summary").first().click();
  await page.locator("#people select[name=reason]").first().selectOption(by);
  await h.press(page, `#people button[value=${which}]`);
}

/** `second` is an admin, and `theirs` a page of a member. */
export async function rooms(look, { owner, second, theirs, texts, name, n, options }) {
  const id = `friday_evening_${name}_${"of-the-long-winter-".repeat(2)}`.slice(0, 62);
  const chair = await again(second, options);
  await h.step(`${name}: a room, and a seat`, async () => {
    await h.go(theirs, "/rooms");
    if (n === 0) await look(theirs, "rooms-none");
    await h.api(owner, "POST", "/v1/admin/services", { name: texts.field.slice(0, 100), filter: true });
    await room(owner, id, { speakers: "stage" });
    await h.go(theirs, "/rooms");
    await look(theirs, "rooms");
    await h.press(theirs, `main a[href$='/rooms/${id}']`);
    await look(theirs, "room");
    await seat(theirs, id);
    await h.press(theirs, "main p > a[href*='/rooms/']");
    await look(theirs, "room-in");
  });
  await h.step(`${name}: who is in asks to speak`, async () => {
    await h.press(theirs, "button[value=ask]");
    await look(theirs, "room-asks");
    await h.go(chair, `/rooms/${id}`);
    await chair.locator("#people summary").click();
    await look(chair, "room-moderated");
    await h.press(chair, "#hands button[value=to_stage]");
    await theirs.reload();
    await look(theirs, "room-on-stage");
  });
  await h.step(`${name}: and is warned, muted and put out`, async () => {
    await act(chair, "warn", "abuse");
    await act(chair, "mute", "spam");
    await look(chair, "room-moderated-muted");
    await theirs.reload();
    await look(theirs, "room-muted");
    await act(chair, "put_out", "other");
    await h.press(theirs, "button[value=ask]");
    h.same(await theirs.locator("main [role=alert]").count(), 1, "that nothing came of it is told");
    await look(theirs, "room-wrong");
    await h.go(theirs, `/rooms/${id}`);
    await look(theirs, "room-put-out");
  });
  await chair.context().close();
}
