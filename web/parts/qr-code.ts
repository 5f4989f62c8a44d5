/** QR codes, loaded when the first one is drawn. */

import { generate } from "lean-qr";
import { toSvgPath } from "lean-qr/extras/svg";

/** `size` modules wide and high; `path` draws the dark ones, each one unit large. */
export type QrCode = { size: number; path: string };

export function qrCode(text: string): QrCode {
  const code = generate(text);
  return { size: code.size, path: toSvgPath(code) };
}
