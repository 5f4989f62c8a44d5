/** Where sessions are sealed: when the pool is worth it, and that it makes no difference. */

import { describe, expect, it, onTestFinished } from "vitest";
import { ManualClock } from "../../../src/actor/testkit.ts";
import { CryptoPool } from "../../../src/server/threads/crypto-pool.ts";
import {
  SessionCrypto,
  choosePlacement,
  deriveSecrets,
} from "../../../src/server/classic/session-crypto.ts";

const NOW = 1_700_000_000;
const secrets = deriveSecrets(new Uint8Array(32).fill(5));

const raise = (message: string): never => {
  throw new Error(message);
};

function openPool(passwordsMax = 4): CryptoPool {
  const peppers = () => [{ version: 1, key: new Uint8Array(48) }] as const;
  const pool = new CryptoPool({ peppers, bcryptCost: 4, passwordsMax });
  onTestFinished(() => pool.close());
  return pool;
}

describe("placement", () => {
  it.for([
    // now, main thread busy, cores idle, next
    ["inline", 0.5, 4, "inline"],
    ["inline", 0.95, 4, "inline"],
    ["inline", 0.96, 0.9, "inline"],
    ["inline", 0.96, 1, "pool"],
    ["pool", 0.96, 1, "pool"],
    ["pool", 0.5, 0.1, "pool"],
    ["pool", 0.5, 0.09, "inline"],
    ["pool", 0.4, 1, "pool"],
    ["pool", 0.39, 1, "inline"],
  ] as const)("%s, with the main thread %d busy and %d cores idle: %s", (row) => {
    const [current, mainBusy, coresIdle, next] = row;
    expect(choosePlacement(current, { mainBusy, coresIdle })).toBe(next);
  });

  it("does not come straight back: the load that the pool leaves keeps it there", () => {
    expect(choosePlacement("inline", { mainBusy: 1, coresIdle: 1.5 })).toBe("pool");
    expect(choosePlacement("pool", { mainBusy: 0.5, coresIdle: 0.5 })).toBe("pool");
  });

  it("is looked at again and again, until the end", () => {
    const clock = new ManualClock();
    const crypto = new SessionCrypto({ mode: "auto", pool: openPool(), clock, onAlarm: raise });
    const before = clock.pending;
    for (let count = 0; count < 5; count++) clock.advance(500);
    expect(clock.pending).toBe(before);
    crypto.close();
    expect(clock.pending).toBe(0);
  });

  it.for(["inline", "pool"] as const)("stays %s if the operator says so", (mode) => {
    const clock = new ManualClock();
    const crypto = new SessionCrypto({ mode, pool: openPool(), clock, onAlarm: raise });
    expect(clock.pending).toBe(0);
    expect(crypto.placement).toBe(mode);
  });
});

describe("sealing", () => {
  it("in the pool opens inline, and the other way round", async () => {
    const pool = openPool();
    const clock = new ManualClock();
    const [here, there] = (["inline", "pool"] as const).map(
      (mode) => new SessionCrypto({ mode, pool, clock, onAlarm: raise }),
    );
    for (const [from, to] of [
      [here, there],
      [there, here],
    ]) {
      const seal = { type: "seal", text: "Current Balance: $5", nowSeconds: NOW } as const;
      const sealed = await from?.perform(secrets, seal);
      if (sealed?.type !== "sealed") throw new Error("not sealed");
      const mac = Buffer.from(secrets.keys.mac.sign(Buffer.from(sealed.token))).toString("hex");
      const envelope = { payload: sealed.token, mac };
      const opened = await to?.perform(secrets, { type: "open", envelope, nowSeconds: NOW });
      if (opened?.type !== "opened") throw new Error("not opened");
      expect(Buffer.from(opened.token.plaintext).toString()).toBe("Current Balance: $5");
      const forged = { payload: sealed.token, mac: "0".repeat(64) };
      expect(
        await to?.perform(secrets, { type: "open", envelope: forged, nowSeconds: NOW }),
      ).toEqual({ type: "refused", code: "bad_mac" });
    }
  });
});
