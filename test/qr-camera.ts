/** A camera, and behind it a decoder that is not of the library that draws our codes. */

import jsQR from "jsqr";

/** Red, green, blue and opacity, pixel by pixel and row by row. */
export type Picture = { width: number; height: number; pixels: Uint8ClampedArray };

/** What an authenticator reads there, dark on light alone; null if it sees no code. */
export const scanned = ({ pixels, width, height }: Picture): string | null =>
  jsQR.default(pixels, width, height, { inversionAttempts: "dontInvert" })?.data ?? null;

const PIXELS = 4;
/** By what a character fills with the colour of the text: its upper half, its lower half. */
const FILLED: Record<string, readonly [upper: boolean, lower: boolean]> = {
  " ": [false, false],
  "▀": [true, false],
  "▄": [false, true],
  "█": [true, true],
};

/** Lines of half blocks as a terminal shows them: a character is two squares, one on the other. */
export function pictureOf(lines: readonly string[], text: "black on white" | "white on black") {
  const width = [...(lines[0] ?? "")].length * PIXELS;
  const height = lines.length * 2 * PIXELS;
  const pixels = new Uint8ClampedArray(width * height * 4).fill(255);
  const isBlackText = text === "black on white";
  for (let y = 0; y < height; y++) {
    const row = Math.floor(y / PIXELS);
    const blocks = [...(lines[Math.floor(row / 2)] ?? "")];
    for (let x = 0; x < width; x++) {
      const isText = FILLED[blocks[Math.floor(x / PIXELS)] ?? " "]?.[row % 2 === 0 ? 0 : 1];
      const at = 4 * (y * width + x);
      if (isText === isBlackText) pixels.fill(0, at, at + 3);
    }
  }
  return { width, height, pixels };
}
