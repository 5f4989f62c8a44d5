/** The crypto pool: passwords in a bounded line, sealing in batches, and an end for good. */

import { describe, expect, it, onTestFinished } from "vitest";
import { CryptoPool } from "../../../src/server/threads/crypto-pool.ts";
import type { PackedTask } from "../../../src/protocol/sealing.ts";

const peppers = () => [{ version: 1, key: new Uint8Array(48).fill(1) }] as const;

function openPool(passwordsMax = 4): CryptoPool {
  const pool = new CryptoPool({ peppers, bcryptCost: 4, passwordsMax });
  onTestFinished(() => pool.close());
  return pool;
}

const sealTask = (text: string): PackedTask => ({
  masterSecret: new Uint8Array(32).fill(1),
  task: { type: "seal", text, nowSeconds: 1_700_000_000 },
});

/** The native libraries that any thread of this process has loaded. */
function nativeLibraries(): string[] {
  const { sharedObjects } = process.report.getReport() as { sharedObjects: string[] };
  return sharedObjects.filter((path) => path.endsWith(".node"));
}

// First in its file, since a library that a process has loaded stays.
describe("a thread", () => {
  it("loads bcrypt within a task: one that ends while it loads it ends the process", async () => {
    const pool = openPool();
    const judged = { username: "alice", password: "pw", hasFactor: false };
    await Promise.all([pool.seal(sealTask("x")), pool.isFitForOperator(judged)]);
    expect(nativeLibraries().filter((path) => path.includes("bcrypt"))).toEqual([]);
    await pool.hashPassword("SecurePass123");
    expect(nativeLibraries().filter((path) => path.includes("bcrypt"))).toHaveLength(1);
  });
});

describe("a password", () => {
  it("is hashed and checked on another thread", async () => {
    const pool = openPool();
    const hash = await pool.hashPassword("SecurePass123");
    expect(await pool.checkPassword("SecurePass123", hash)).toBe(true);
    expect(await pool.checkPassword("SecurePass124", hash)).toBe(false);
    expect(await pool.checkPassword("SecurePass123", null)).toBe(false);
  });

  it("of a try that is refused anyway has few places, and they are given back", async () => {
    const pool = openPool(16);
    const feigned = [pool.feignCheck("pw"), pool.feignCheck("pw"), pool.feignCheck("pw")];
    const ends = await Promise.allSettled(feigned);
    expect(ends.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected"]);
    await expect(pool.feignCheck("pw")).resolves.toBeUndefined();
  });

  it("is refused a turn when the line is full, until a turn is given back", () => {
    const pool = openPool(2);
    expect([pool.takeTurn(), pool.takeTurn(), pool.takeTurn()]).toEqual([true, true, false]);
    expect(pool.metrics().turns).toBe(2);
    pool.endTurn();
    expect([pool.takeTurn(), pool.takeTurn()]).toEqual([true, false]);
  });
});

describe("sealing", () => {
  it("gives each its own result, in however many batches", async () => {
    const pool = openPool();
    const count = 1_000; // More than all batches on their way hold.
    const lengths = Array.from({ length: count }, (_, index) => index % 200);
    const sealing = lengths.map((length) => pool.seal(sealTask("x".repeat(length))));
    expect(pool.metrics().sealingWaiting).toBe(count);
    const results = await Promise.all(sealing);
    // The padded length of a token tells the length of its text, to 16 bytes.
    const sizes = results.map((result) => (result.type === "sealed" ? result.token.length : -1));
    expect(sizes).toEqual(lengths.map(tokenLength));
    expect(pool.metrics()).toEqual({ turns: 0, sealingBatches: 0, sealingWaiting: 0 });
  });
});

/** 25 bytes before the text, which is padded to blocks, 32 behind it, and base64 around all. */
function tokenLength(length: number): number {
  const size = 25 + (Math.floor(length / 16) + 1) * 16 + 32;
  return Math.ceil(size / 3) * 4;
}

describe("a pool that is closed", () => {
  it("rejects whatever still comes, and starts no thread for it", async () => {
    const pool = openPool();
    await pool.close();
    await expect(pool.hashPassword("pw")).rejects.toThrow("the crypto pool is closed");
    await expect(pool.checkPassword("pw", null)).rejects.toThrow("the crypto pool is closed");
    await expect(pool.seal(sealTask("x"))).rejects.toThrow("the crypto pool is closed");
    await pool.close();
  });

  it("finishes the password in hand, and rejects those that wait", async () => {
    const pool = new CryptoPool({ peppers, bcryptCost: 8, passwordsMax: 20 });
    await pool.hashPassword("the first thread is there now");
    const asked = Array.from({ length: 20 }, (_, index) => pool.hashPassword(`pw ${index}`));
    const settled = Promise.allSettled(asked);
    await pool.close();
    const [first, ...others] = await settled;
    expect(first).toMatchObject({ status: "fulfilled", value: expect.stringMatching(/^\S{60,}$/) });
    expect(others.at(-1)).toMatchObject({ status: "rejected" });
  });
});
