// The difference between two texts, line by line: the longest common subsequence, which Hunt and McIlroy's diff finds too.

export type Line = { text: string; is: "same" | "gone" | "new"; before?: number; after?: number };

/** Every line of both texts, in order. */
export function diff(before: string, after: string): Line[] {
  const a = before.split("\n");
  const b = after.split("\n");
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  const [rows, columns] = [a.length - head - tail, b.length - head - tail];
  // How many lines the rest of both have in common, from each pair of places on.
  const common = Array.from({ length: rows + 1 }, () => new Uint32Array(columns + 1));
  for (let i = rows - 1; i >= 0; i--) {
    for (let j = columns - 1; j >= 0; j--) {
      common[i]![j] = a[head + i] === b[head + j] ? common[i + 1]![j + 1]! + 1 : Math.max(common[i + 1]![j]!, common[i]![j + 1]!);
    }
  }
  const lines: Line[] = [];
  const same = (i: number, j: number) => lines.push({ text: a[i]!, is: "same", before: i + 1, after: j + 1 });
  for (let i = 0; i < head; i++) same(i, i);
  for (let i = 0, j = 0; i < rows || j < columns; ) {
    if (i < rows && j < columns && a[head + i] === b[head + j]) same(head + i++, head + j++);
    else if (i < rows && (j === columns || common[i + 1]![j]! >= common[i]![j + 1]!)) lines.push({ text: a[head + i]!, is: "gone", before: head + ++i });
    else lines.push({ text: b[head + j]!, is: "new", after: head + ++j });
  }
  for (let i = a.length - tail; i < a.length; i++) same(i, i - a.length + b.length);
  return lines;
}

/** The same with only so many lines around what changed; `undefined` stands where some were left out. */
export function around(lines: Line[], near = 2): (Line | undefined)[] {
  const kept = lines.map((_, at) => lines.slice(Math.max(0, at - near), at + near + 1).some((line) => line.is !== "same"));
  const shown: (Line | undefined)[] = [];
  lines.forEach((line, at) => {
    if (kept[at]) shown.push(line);
    else if (shown.length && shown.at(-1)) shown.push(undefined);
  });
  if (shown.length && !shown.at(-1)) shown.pop();
  return shown;
}
