/** What can be seen on a page, pixel by pixel. */

import type { Locator } from "playwright-core";
import type { Picture } from "../qr-camera.ts";

/** In a browser's own words, since it knows how to read its screenshots. */
const READ = `async (base64) => {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const picture = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
  const { width, height } = picture;
  const canvas = new OffscreenCanvas(width, height).getContext("2d");
  canvas.drawImage(picture, 0, 0);
  return { width, height, pixels: [...canvas.getImageData(0, 0, width, height).data] };
}`;

/** The element as it is on the screen, with what surrounds and covers it. */
export async function photoOf(element: Locator): Promise<Picture> {
  const png = await element.screenshot();
  const page = element.page();
  const script = `(${READ})(${JSON.stringify(png.toString("base64"))})`;
  const seen = await page.evaluate<{ width: number; height: number; pixels: number[] }>(script);
  return { ...seen, pixels: Uint8ClampedArray.from(seen.pixels) };
}
