/**
 * What somebody on the way has in the end: every byte of a whole session, searched for everything
 * that was secret in it; and every byte of a frame, changed.
 */

import { describe, expect, it } from "vitest";
import { cents, dollars } from "../../../src/bank/money.ts";
import { nodeCiphers } from "../../../src/ciphers/node.ts";
import { ClassicClient } from "../../../src/client/classic-client.ts";
import { ModernClient } from "../../../src/client/modern-client.ts";
import { TcpTransport } from "../../../src/client/tcp-transport.ts";
import type { AeadKey, Ciphers } from "../../../src/protocol/ciphers.ts";
import { decodeHex } from "../../../src/protocol/hex.ts";
import { startTestBank } from "../../test-bank.ts";
import { startRelay } from "../relay.ts";
import { connectTo, customerOf, eventOf } from "./customer.ts";
import { HostileBridge, altered, onFrames } from "./hostile-bridge.ts";
import { CLOSED_FOR_BREACH, RawSession } from "./raw-session.ts";

const NAME = "alexandrina";
const PASSWORD = "correct horse battery";
const NEW_PASSWORD = "staple of another kind";
const MEMO = "for the violin lessons";

/** A relay that keeps all that passes, either way. */
async function startRecorder(bankPort: number): Promise<{ port: number; capture: () => Buffer }> {
  const pieces: Buffer[] = [];
  const keep = (piece: Buffer): Buffer => {
    pieces.push(Buffer.from(piece));
    return piece;
  };
  const port = await startRelay(bankPort, { toBank: keep, toClient: keep });
  return { port, capture: () => Buffer.concat(pieces) };
}

/** The words that `capture` holds, in plain bytes or as a program might write bytes down. */
const found = (capture: Buffer, secrets: Readonly<Record<string, Uint8Array | string>>): string[] =>
  Object.entries(secrets)
    .filter(([, secret]) => {
      const bytes = Buffer.from(secret as Uint8Array);
      const forms = [bytes, bytes.toString("hex"), bytes.toString("base64url").slice(0, -1)];
      return forms.some((form) => capture.includes(form));
    })
    .map(([name]) => name);

/** Ciphers that keep all keys that a session makes: its ephemeral key, its secrets, its own. */
function leakingCiphers(): { ciphers: Ciphers; keys: () => Record<string, Uint8Array> } {
  const keys: Record<string, Uint8Array> = {};
  const keep = (kind: string, key: Uint8Array): Uint8Array => {
    keys[`${kind} ${Object.keys(keys).length}`] = Uint8Array.from(key);
    return key;
  };
  const ciphers: Ciphers = Object.assign(Object.create(nodeCiphers) as Ciphers, {
    generateKeyPair() {
      const pair = nodeCiphers.generateKeyPair();
      keep("ephemeral key", pair.privateKey);
      return pair;
    },
    sharedSecret(privateKey: Uint8Array, publicKey: Uint8Array) {
      const secret = nodeCiphers.sharedSecret(privateKey, publicKey);
      return secret === null ? null : keep("shared secret", secret);
    },
    importAeadKey: (raw: Uint8Array): AeadKey => nodeCiphers.importAeadKey(keep("cipher key", raw)),
  });
  return { ciphers, keys: () => keys };
}

describe("a capture of all bytes", () => {
  it("of a whole modern session holds no secret, and no key that opens it", async () => {
    const bank = await startTestBank();
    await customerOf(bank, "receiver");
    const { port, capture } = await startRecorder(bank.bank.port);
    const { ciphers, keys } = leakingCiphers();
    const client = await ModernClient.connect(
      () => new TcpTransport("127.0.0.1", port),
      ciphers,
      decodeHex(bank.bank.publicKey),
    );
    await client.signUp(NAME, PASSWORD);
    await client.logIn(NAME, PASSWORD);
    await client.changePassword(PASSWORD, NEW_PASSWORD);
    await client.deposit(cents(7_654_321), "key-of-the-deposit");
    await client.confirm(NEW_PASSWORD); // The sum is large.
    await client.withdraw(cents(1_234_500), "key-of-the-withdrawal");
    const wish = { to: "receiver", amount: cents(987_654), memo: MEMO };
    const { balance } = await client.transfer(wish, "key-of-the-transfer");
    expect((await client.history()).entries).toHaveLength(3);
    await client.logOut();

    expect(balance).toBe(7_654_321 - 1_234_500 - 987_654);
    const amounts = ["76543.21", "76,543.21", "7654321", "12345.00", "1234500", "12345"];
    const more = ["9876.54", "987654", String(balance), "54321.67"];
    const secrets = {
      ...{ name: NAME, password: PASSWORD, newPassword: NEW_PASSWORD, memo: MEMO },
      ...{ receiver: "receiver", deposit: "key-of-the-deposit", method: "account." },
      ...{ withdrawal: "key-of-the-withdrawal", transfer: "key-of-the-transfer" },
      ...Object.fromEntries([...amounts, ...more].map((amount) => [amount, amount])),
    };
    expect(found(capture(), secrets)).toEqual([]);
    const kinds = Object.keys(keys()).map((name) => name.replace(/ \d+$/, ""));
    expect(new Set(kinds)).toEqual(new Set(["ephemeral key", "shared secret", "cipher key"]));
    expect(kinds.filter((kind) => kind === "cipher key").length).toBeGreaterThanOrEqual(4);
    expect(found(capture(), keys())).toEqual([]);
    // What is not secret is there, so the capture is one of the session.
    expect(capture().subarray(0, 6).toString()).toBe("ATM/2\n");
    expect(capture().length).toBeGreaterThan(2_000);
  });

  it("of a classic session holds name and password: the same search can find", async () => {
    const bank = await startTestBank();
    const { port, capture } = await startRecorder(bank.bank.port);
    const client = new ClassicClient(new TcpTransport("127.0.0.1", port), nodeCiphers);
    await client.signUp(NAME, PASSWORD);
    await client.logIn(NAME, PASSWORD);
    await client.deposit(dollars(100));
    client.close();
    expect(found(capture(), { name: NAME, password: PASSWORD, memo: MEMO })).toEqual([
      "name",
      "password",
    ]);
  });
});

describe("a frame with any one byte changed", () => {
  it("of the client's is found out by the bank, whichever byte it is", async () => {
    const bank = await startTestBank();
    const probe = (await RawSession.open(bank)).request("session.info");
    await Promise.all(
      Array.from(probe, async (_byte, at) => {
        const session = await RawSession.open(bank);
        const frame = altered(session.request("session.info"), at);
        // What follows fills up a frame that was made longer by it.
        const rest = Array.from({ length: 6 }, () => session.request("session.info"));
        await session.line.send(Buffer.concat([frame, ...rest]));
        expect([at, await session.hearOut()]).toEqual([at, [CLOSED_FOR_BREACH]]);
      }),
    );
    const breaches = (): number =>
      bank.audit().filter((entry) => eventOf(entry) === "session: bad_frame").length;
    await expect.poll(breaches).toBe(probe.length);
    expect(bank.audit()).toHaveLength(probe.length);
  });

  it("of the bank's is found out by the client, whichever byte it is", async () => {
    const bank = await startTestBank();
    const bridge = await HostileBridge.start(bank.bank.port);
    const { client } = await connectTo(bank, bridge.port);
    await client.sessionInfo();
    const probe = bridge.lines[0]!.frames.to_client[1]!;
    await Promise.all(
      Array.from(probe, async (_byte, at) => {
        const ownBridge = await HostileBridge.start(bank.bank.port);
        ownBridge.meddle = onFrames("to_client", ({ frame, index }) => [
          index === 1 ? altered(frame, at) : frame,
        ]);
        const other = await connectTo(bank, ownBridge.port);
        const calls = Array.from({ length: 6 }, () => other.client.sessionInfo());
        const outcomes = await Promise.allSettled(calls);
        expect(outcomes.map(({ status }) => status)).not.toContain("fulfilled");
        // An altered length may be one that no frame has.
        const code = expect.stringMatching(/^bad_frame(_length)?$/);
        expect([at, await other.ended]).toEqual([at, { type: "breach", code }]);
      }),
    );
  });
});
