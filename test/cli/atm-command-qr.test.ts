/** A QR code in a terminal: what a camera sees is the code, whatever the terminal's colours. */

import { generate } from "lean-qr";
import { describe, expect, it } from "vitest";
import { qrLines, QUIET_ZONE } from "../../src/cli/atm-command-qr.ts";
import { enrolmentUri, newSecret } from "../../src/server/factor/totp.ts";

const WIDE = 200;
const COLOURED = /^\u001B\[38;5;16;48;5;231m([ ▀▄█]+)\u001B\[0m$/;

/** The modules that are black on the screen, row by row: each line shows two rows. */
function blackOf(lines: readonly string[]): boolean[][] {
  return lines.flatMap((line) => {
    const blocks = [...(COLOURED.exec(line)?.[1] ?? "")];
    return [
      blocks.map((block) => block === "▀" || block === "█"),
      blocks.map((block) => block === "▄" || block === "█"),
    ];
  });
}

describe("a QR code in a terminal", () => {
  it.for(["ada", "a-name-that-is-as-long-as-can-be.", "Ωμέγα@banque.example"])(
    "of %s's secret has every module where it belongs, and a white margin",
    (username) => {
      const uri = enrolmentUri(username, newSecret());
      const code = generate(uri);
      const black = blackOf(qrLines(uri, WIDE) ?? []);
      const size = code.size + 2 * QUIET_ZONE;
      expect(black.map((row) => row.length)).toEqual(Array(size + 1).fill(size));
      const expected = black.map((row, y) =>
        row.map((_, x) => code.get(x - QUIET_ZONE, y - QUIET_ZONE)),
      );
      expect(black).toEqual(expected);
      const dark = black.flat().filter(Boolean).length;
      expect(dark).toBeGreaterThan((code.size * code.size) / 3);
    },
  );

  it("has as many columns as it says, and is none where there are fewer", () => {
    const uri = enrolmentUri("ada", newSecret());
    const width = generate(uri).size + 2 * QUIET_ZONE;
    expect(qrLines(uri, width)).not.toBeNull();
    expect(qrLines(uri, width - 1)).toBeNull();
    expect(qrLines(uri, 0)).toBeNull();
  });
});
