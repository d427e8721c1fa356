// Reads an invite's QR code with the camera, where the browser can. Everything else works without a script.
const button = document.getElementById("scan");
const video = document.getElementById("camera");
const input = document.getElementById("f-code");

async function canRead() {
  if (!("BarcodeDetector" in globalThis) || !navigator.mediaDevices) return false;
  return (await BarcodeDetector.getSupportedFormats()).includes("qr_code");
}

async function scan() {
  button.disabled = true;
  const detector = new BarcodeDetector({ formats: ["qr_code"] });
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  const stop = () => {
    for (const track of stream.getTracks()) track.stop();
    video.hidden = true;
    button.disabled = false;
  };
  video.srcObject = stream;
  video.hidden = false;
  await video.play();
  const end = Date.now() + 60000;
  while (Date.now() < end) {
    const [found] = await detector.detect(video);
    if (found) {
      input.value = found.rawValue;
      stop();
      input.form.requestSubmit();
      return;
    }
    await new Promise((resolve) => requestAnimationFrame(resolve));
  }
  stop();
}

if (button && (await canRead())) {
  button.hidden = false;
  button.addEventListener("click", () => scan().catch(() => { button.disabled = false; video.hidden = true; }));
}
