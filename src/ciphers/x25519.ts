/**
 * X25519 (RFC 7748) in plain JavaScript: Noble's ladder alone. Noble's own `x25519` carries the
 * curve of Ed25519 too, for tables that pay only where many keys are made: a page makes one for
 * each line.
 */
import { pow } from "@noble/curves/abstract/modular.js";
import { montgomery } from "@noble/curves/abstract/montgomery.js";

const P = 2n ** 255n - 19n;

export const x25519 = montgomery({
  P,
  type: "x25519",
  powPminus2: (x) => pow(x, P - 2n, P),
  adjustScalarBytes(scalar: Uint8Array) {
    scalar[0]! &= 0b1111_1000;
    scalar[31]! &= 0b0111_1111;
    scalar[31]! |= 0b0100_0000;
    return scalar;
  },
});
