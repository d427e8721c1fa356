// Reads a CSV file (RFC 4180) as the service does: quoted cells may hold marks and line ends, blank lines do not count.

/** What divides the columns of this file: a comma, a semicolon or a tab. */
function markOf(text: string): string {
  const head = text.slice(0, text.search(/[\r\n]|$/));
  return [";", "\t"].find((mark) => head.includes(mark)) ?? ",";
}

/** The rows of a file, its head first. */
export function rowsOf(text: string): string[][] {
  const mark = markOf(text);
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = "";
  let quoted = false;
  const end = () => {
    row.push(cell.trim());
    cell = "";
  };
  const line = () => {
    end();
    if (row.length > 1 || row[0] !== "") rows.push(row);
    row = [];
  };
  for (let at = 0; at < text.length; at++) {
    const sign = text[at];
    if (quoted) {
      if (sign !== '"') cell += sign;
      else if (text[at + 1] === '"') cell += text[at++];
      else quoted = false;
    } else if (sign === '"' && cell.trim() === "") {
      cell = "";
      quoted = true;
    } else if (sign === mark) end();
    else if (sign === "\n") line();
    else if (sign !== "\r") cell += sign;
  }
  if (cell !== "" || row.length) line();
  return rows;
}
