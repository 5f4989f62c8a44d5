/** One line that says how it goes, for somebody who watches a terminal; elsewhere nothing. */

import type { WriteStream } from "node:tty";
import type { Story } from "./story.ts";

const EVERY_MS = 500;
const ERASE_LINE = "\r\u001b[K";

/** @returns what ends it, and takes the line away. */
export function showProgress(
  terminal: WriteStream,
  story: Story,
  peopleLeft: () => number,
): () => void {
  if (!terminal.isTTY) return () => undefined;
  const startedAt = performance.now();
  const timer = setInterval(() => {
    const seconds = Math.floor((performance.now() - startedAt) / 1_000);
    terminal.write(`${ERASE_LINE}${lineOf(story, peopleLeft(), seconds)}`);
  }, EVERY_MS);
  return () => {
    clearInterval(timer);
    terminal.write(ERASE_LINE);
  };
}

function lineOf({ totals }: Story, people: number, seconds: number): string {
  const { changes, refused, setbacks, attacks } = totals;
  const figures = `${changes} changes, ${refused} refusals, ${setbacks} setbacks`;
  return `${seconds} s: ${people} people, ${figures}, ${attacks} attacks`;
}
