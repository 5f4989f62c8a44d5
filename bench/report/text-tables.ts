/**
 * Tables in plain text: the first column is words, the others numbers, so they stand to the right.
 * A head without words is left out.
 */

export function textTable(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => (row[column] ?? "").length)));
  const lineOf = (row: readonly string[]): string =>
    widths
      .map((width, column) => {
        const cell = row[column] ?? "";
        return column === 0 ? cell.padEnd(width) : cell.padStart(width);
      })
      .join("  ")
      .trimEnd();
  const shown = head.every((cell) => cell === "") ? rows : all;
  return shown.map((row) => `  ${lineOf(row)}`);
}
