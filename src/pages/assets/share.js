// Shares or copies a link, where the browser can. The link stands in the page too.
const link = document.getElementById("link");
const share = document.getElementById("share");
const copy = document.getElementById("copy");

if (share && navigator.share) {
  share.hidden = false;
  share.addEventListener("click", () => navigator.share({ title: document.title, url: link.value }).catch(() => {}));
}
if (copy && navigator.clipboard) {
  copy.hidden = false;
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(link.value);
    document.getElementById("copied").hidden = false;
  });
}
