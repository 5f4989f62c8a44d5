/**
 * A QR code as lines of a terminal: half blocks, so that a line holds two rows. It is black on
 * white whatever the colours of the terminal are, so that any camera reads it. Who wants no colours
 * gets the light modules in the colour of the text, which is the lighter one on most terminals.
 */

import { generate } from "lean-qr";

/** The margin that the standard wants, in modules. */
export const QUIET_ZONE = 4;
/** Of the 256 colours, those that no theme changes: black on white. */
const BLACK_ON_WHITE = "\u001B[38;5;16;48;5;231m";
const RESET = "\u001B[0m";
/** By whether the upper and the lower module is in the colour of the text. */
const BLOCKS = [
  [" ", "▄"],
  ["▀", "█"],
] as const;

/** What can be drawn on: how many columns, and whether in colours. */
export type Canvas = { columns: number; hasColours: boolean };

/** Null if it is wider than the canvas. */
export function qrLines(text: string, { columns, hasColours }: Canvas): string[] | null {
  const code = generate(text);
  const width = code.size + 2 * QUIET_ZONE;
  if (width > columns) return null;
  const drawn = (x: number, y: number): 0 | 1 =>
    code.get(x - QUIET_ZONE, y - QUIET_ZONE) === hasColours ? 1 : 0;
  const lines = Array.from({ length: Math.ceil(width / 2) }, (_, line) =>
    Array.from({ length: width }, (_x, x) => BLOCKS[drawn(x, 2 * line)][drawn(x, 2 * line + 1)]),
  );
  const coloured = (blocks: string): string => BLACK_ON_WHITE + blocks + RESET;
  return lines.map((blocks) => (hasColours ? coloured(blocks.join("")) : blocks.join("")));
}
