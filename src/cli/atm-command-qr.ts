/**
 * A QR code as lines of a terminal: half blocks, so that a line holds two rows, and black on white
 * whatever the colours of the terminal are, so that any camera reads it.
 */

import { generate } from "lean-qr";

/** The margin that the standard wants, in modules. */
export const QUIET_ZONE = 4;
/** Of the 256 colours, those that no theme changes: black on white. */
const BLACK_ON_WHITE = "\u001B[38;5;16;48;5;231m";
const RESET = "\u001B[0m";
/** By whether the upper and the lower module is dark. */
const BLOCKS = [
  [" ", "▄"],
  ["▀", "█"],
] as const;

/** Null if it is wider than `columns`. */
export function qrLines(text: string, columns: number): string[] | null {
  const code = generate(text);
  const width = code.size + 2 * QUIET_ZONE;
  if (width > columns) return null;
  const dark = (x: number, y: number): 0 | 1 => (code.get(x - QUIET_ZONE, y - QUIET_ZONE) ? 1 : 0);
  const lines = Array.from({ length: Math.ceil(width / 2) }, (_, line) =>
    Array.from({ length: width }, (_x, x) => BLOCKS[dark(x, 2 * line)][dark(x, 2 * line + 1)]),
  );
  return lines.map((blocks) => BLACK_ON_WHITE + blocks.join("") + RESET);
}
