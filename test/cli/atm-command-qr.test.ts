/** A QR code in a terminal: what a camera sees is the code, whatever the terminal's colours. */

import { generate } from "lean-qr";
import { describe, expect, it } from "vitest";
import { qrLines, QUIET_ZONE } from "../../src/cli/atm-command-qr.ts";
import { enrolmentUri, newSecret } from "../../src/server/factor/totp.ts";
import { pictureOf, scanned } from "../qr-camera.ts";

const NAMES = ["ada", "a-name-that-is-as-long-as-can-be.", "Ωμέγα@banque.example"];
const WIDE = { columns: 200, hasColours: true };
const COLOURED = /^\u001B\[38;5;16;48;5;231m([ ▀▄█]+)\u001B\[0m$/;

describe("a QR code in a terminal", () => {
  it.for(NAMES)("of %s's secret is read by a camera, and has a white margin", (username) => {
    const uri = enrolmentUri(username, newSecret());
    const size = generate(uri).size + 2 * QUIET_ZONE;
    const lines = (qrLines(uri, WIDE) ?? []).map((line) => COLOURED.exec(line)?.[1] ?? "");
    expect(lines.map((line) => line.length)).toEqual(Array(Math.ceil(size / 2)).fill(size));
    expect(scanned(pictureOf(lines, "black on white"))).toBe(uri);
    const margin = " ".repeat(QUIET_ZONE);
    for (const line of lines) {
      expect(line.startsWith(margin) && line.endsWith(margin)).toBe(true);
    }
    const [above, below] = [lines.slice(0, QUIET_ZONE / 2), lines.slice(-QUIET_ZONE / 2)];
    for (const line of [...above, ...below]) expect(line.trim()).toBe("");
  });

  it.for(NAMES)("of %s's secret is read without colours, too", (username) => {
    const uri = enrolmentUri(username, newSecret());
    const lines = qrLines(uri, { ...WIDE, hasColours: false }) ?? [];
    for (const line of lines) expect(line).toMatch(/^█{4}[ ▀▄█]+█{4}$/);
    expect(scanned(pictureOf(lines, "white on black"))).toBe(uri);
  });

  it("has as many columns as it says, and is none where there are fewer", () => {
    const uri = enrolmentUri("ada", newSecret());
    const width = generate(uri).size + 2 * QUIET_ZONE;
    expect(qrLines(uri, { ...WIDE, columns: width })).not.toBeNull();
    expect(qrLines(uri, { ...WIDE, columns: width - 1 })).toBeNull();
    expect(qrLines(uri, { ...WIDE, columns: 0 })).toBeNull();
  });
});
