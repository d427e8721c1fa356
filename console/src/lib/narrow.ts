// Tables on a narrow screen: a row is read as lines there, and each cell says of what it is. The style is the site's.

/** Tells each cell of a table what stands at the head of its column, now and as rows come. */
export function narrow(table: HTMLTableElement): () => void {
  const name = () => {
    const heads = [...(table.tHead?.rows[0]?.cells ?? [])].map((head) => (head.querySelector(".unseen") ? "" : head.textContent.trim()));
    for (const row of table.tBodies[0]?.rows ?? []) {
      [...row.cells].forEach((cell, place) => {
        const head = cell.colSpan > 1 ? "" : (heads[place] ?? "");
        if (cell.dataset.head !== head) cell.dataset.head = head;
        cell.toggleAttribute("data-none", !cell.textContent.trim() && !cell.querySelector("input, meter"));
      });
    }
  };
  name();
  const seen = new MutationObserver(name);
  seen.observe(table, { childList: true, subtree: true, characterData: true });
  return () => seen.disconnect();
}
