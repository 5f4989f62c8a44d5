/** The word that somebody may have meant. */

/** The nearest of `words`, if no more than a third of it would have to be changed; else null. */
export function nearest(typed: string, words: readonly string[]): string | null {
  const ranked = words
    .map((word) => ({ word, changes: changesBetween(typed.toLowerCase(), word) }))
    .filter(({ word, changes }) => changes <= word.length / 3)
    .toSorted((one, other) => one.changes - other.changes);
  return ranked[0]?.word ?? null;
}

/** How many letters have to be put in, left out or replaced (Levenshtein's distance). */
function changesBetween(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (const [index, letter] of [...from].entries()) {
    const next = [index + 1];
    for (let at = 1; at <= to.length; at++) {
      const replaced = row[at - 1]! + (to[at - 1] === letter ? 0 : 1);
      next.push(Math.min(replaced, row[at]! + 1, next[at - 1]! + 1));
    }
    row = next;
  }
  return row.at(-1)!;
}
