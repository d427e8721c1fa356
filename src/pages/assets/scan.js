// Reads an invite's QR code with the camera. Everything else works without a script.
const button = document.getElementById("scan");
const video = document.getElementById("camera");
const input = document.getElementById("f-code");

/** What finds a QR code in a picture: the browser itself, or else a script of ours that is loaded only now. */
async function reader() {
  const own = globalThis.BarcodeDetector;
  const canRead = own && (await own.getSupportedFormats()).includes("qr_code");
  const { BarcodeDetector: Detector } = canRead ? globalThis : await import(button.dataset.reader);
  return new Detector({ formats: ["qr_code"] });
}

async function scan() {
  button.disabled = true;
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    const detector = await reader();
    video.srcObject = stream;
    video.hidden = false;
    await video.play();
    const end = Date.now() + 60000;
    while (Date.now() < end) {
      const [found] = await detector.detect(video);
      if (found) {
        input.value = found.rawValue;
        input.form.requestSubmit();
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  } finally {
    for (const track of stream?.getTracks() ?? []) track.stop();
    video.hidden = true;
    button.disabled = false;
  }
}

if (button && navigator.mediaDevices) {
  button.hidden = false;
  // Whoever does not allow the camera types the code.
  button.addEventListener("click", () => scan().catch(() => {}));
}
