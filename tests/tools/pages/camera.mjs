// A code that is read with the camera: the picture of a link, as the service makes it, is held before a camera.
import fs from "node:fs";
import path from "node:path";
import * as h from "./hands.mjs";
import { signedIn } from "./people.mjs";

const FILM = path.join(h.SHOTS, `camera-${process.pid}.y4m`);
const [WIDTH, HEIGHT] = [640, 480];

/** A film (YUV4MPEG2) of a picture that is held before a grey wall, from one side and nearer to it. */
async function film(page, selector) {
  const frames = await page.evaluate(async ([selector, width, height]) => {
    const picture = document.querySelector(selector);
    await picture.decode();
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [width, height];
    const pen = canvas.getContext("2d", { willReadFrequently: true });
    return [[150, 90, 0], [180, 100, 0.1], [200, 60, -0.15]].map(([x, y, turn]) => {
      pen.resetTransform();
      pen.fillStyle = "#999";
      pen.fillRect(0, 0, width, height);
      pen.rotate(turn);
      pen.drawImage(picture, x, y, 300, 300);
      const { data } = pen.getImageData(0, 0, width, height);
      return Array.from({ length: width * height }, (_, at) => data[4 * at]);
    });
  }, [selector, WIDTH, HEIGHT]);
  const grey = Buffer.alloc(WIDTH * HEIGHT / 2, 128);
  const parts = frames.flatMap((luma) => [Buffer.from("FRAME\n"), Buffer.from(luma), grey]);
  fs.writeFileSync(FILM, Buffer.concat([Buffer.from(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F10:1 Ip A1:1 C420jpeg\n`), ...parts]));
}

const loaded = (page) => page.evaluate(() => performance.getEntriesByType("resource").filter((one) => /reader-/.test(one.name)).length);

await h.main(async () => {
  const desk = await h.step("the owner signs in by the link", () => signedIn(h.LINK));
  const link = await h.step("and has a link to hand on", async () => {
    await h.go(desk, "/invites");
    await desk.locator("#kind-link").check();
    await h.press(desk, h.SUBMIT);
    await h.press(desk, "a[href$='/share']");
    await film(desk, "main img");
    return desk.locator("#link").inputValue();
  });
  const phone = await h.tab(await h.device({ ...h.PHONE, permissions: ["camera"] }));
  await h.step("a newcomer opens the page", async () => {
    await h.go(phone, "/join");
    await phone.locator("#scan").waitFor({ state: "visible" });
    h.same(await loaded(phone), 0, "nothing that reads pictures is loaded yet");
  });
  await h.step("and reads the code with the camera", async () => {
    const own = await phone.evaluate(async () =>
      "BarcodeDetector" in globalThis && (await BarcodeDetector.getSupportedFormats()).includes("qr_code"));
    const sent = phone.waitForRequest((request) => request.method() === "POST" && request.url() === `${h.BASE}/join`);
    const asked = own ? null : phone.waitForRequest((request) => /\/assets\/reader-/.test(request.url()));
    await phone.locator("#scan").click();
    await asked;
    h.same(new URLSearchParams((await sent).postData()).get("code"), link, "what was read");
    await phone.locator("a[href$='/join/decline']").waitFor();
    h.same(h.place(phone), "/join", "the invite");
    console.log(own ? "the browser reads QR codes itself" : "our own script read it");
  });
  fs.rmSync(FILM);
}, ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", `--use-file-for-fake-video-capture=${FILM}`]);
