// What is wrong with a document, as the API names it: line, field, what is wrong, what to do.
import type { Refused } from "../../lib/api";

export type Mistake = { line?: number; key?: string; wrong: string; mend?: string };

/** Each mistake of a refusal. One that cannot be told apart is shown as it was told. */
export function mistakes(refused: Refused): Mistake[] {
  if (refused.rows.length) return refused.rows.map((row) => ({ line: row.row, key: row.column ?? undefined, wrong: row.detail }));
  // "line 4: join.assurance: is …\n  Give …" again and again, with a space between them.
  const one = /(?:^|\s)(?:line (\d+): )?(?:([a-z_][a-z_.]*): )?([^\n]+)\n {2}(.+?)(?=$|\s(?:line \d+: |[a-z_]+\.[a-z_.]+: ))/gs;
  const found = [...refused.message.matchAll(one)].map(([, line, key, wrong, mend]) => ({ line: line ? Number(line) : undefined, key, wrong: wrong ?? "", mend }));
  return found.length ? found : [{ wrong: refused.message }];
}

/** The line on which a field stands in a document, from 1; undefined where it does not. */
export function lineOf(document: string, key: string): number | undefined {
  const parts = key.split(".");
  const name = parts.pop();
  const section = parts.join(".");
  let open = "";
  for (const [at, line] of document.split("\n").entries()) {
    const head = /^\s*\[\[?\s*([\w.-]+)/.exec(line)?.[1];
    if (head !== undefined) open = head;
    else if (open === section && new RegExp(`^\\s*${name}\\s*=`).test(line)) return at + 1;
  }
  return undefined;
}
