/**
 * D28: thousands of inputs that nobody would send: chance bytes, chance JSON, and good messages
 * with some bytes changed. Each is answered in the protocol's words or hung up on, no money moves
 * but what was acknowledged, and the bank goes on. The seed is set, so a failure can be repeated.
 */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeHello } from "../../src/protocol/classic.ts";
import { startTestBank, type TestBank } from "../test-bank.ts";
import { readBooks } from "./books.ts";
import { ForgedSession, PASSWORD } from "./forged-session.ts";
import { RawLine } from "./raw-line.ts";

const SEED = 20_260_101;
/** Fewer than the logins of one customer that may be in flight before they count as guesses. */
const AT_A_TIME = 8;
/** Below the number of breaches that end a session. */
const PLAINTEXTS_OF_A_SESSION = 90;
/** Two bad MACs are forgiven, so of three messages every one gets an answer. */
const WIRES_OF_A_SESSION = 3;

const GREETINGS = [
  encodeHello({ action: "signup", username: "bob", password: PASSWORD }),
  encodeHello({ action: "login", username: "carol", password: "wrong" }),
];
/** All that the bank may say: any number of these before a login, one at a time after it. */
const BARE_TEXTS = [
  "(Invalid request|Service busy): [^:]+",
  ...["Signup Successful", "Username already exists", "Authentication Failed"],
];
const SEALED_TEXTS = [
  "(Deposited|Withdrew) \\$\\d+\\. New Balance: \\$\\d+",
  "Current Balance: \\$\\d+",
  ...["Insufficient funds", "MAC verification failed", "Invalid request: .+"],
];
const BARE = new RegExp(`^(${BARE_TEXTS.join("|")})*$`);
const SEALED = new RegExp(`^(${SEALED_TEXTS.join("|")})$`);

describe("D28", () => {
  it("2,000 chance or broken greetings are answered or hung up on", async () => {
    const bank = await startTestBank();
    await ForgedSession.open(bank, "alice");
    const inputs = sample(fc.oneof(chance, ...GREETINGS.map(broken)), 2_000);
    const odd: string[] = [];
    await forEachInParallel(inputs, async (input) => {
      const line = await RawLine.open(bank.bank.port);
      await line.send(input);
      line.endSending();
      const said = (await line.rest()).toString("latin1");
      if (!BARE.test(said)) odd.push(`${Buffer.from(input).toString("hex")}: ${said}`);
    });
    expect(odd).toEqual([]);
    await expectToGoOn(bank, "alice");
  });

  it("2,000 chance or broken requests under true keys do what they say or nothing", async () => {
    const bank = await startTestBank();
    await ForgedSession.open(bank, "alice");
    const requests = ["deposit", "withdraw", "balance"].map((action) =>
      Buffer.from(`{"action": "${action}", "amount": 100}`),
    );
    const plaintexts = sample(fc.oneof(short, ...requests.map(broken)), 2_000);
    let cents = 0;
    await forEachInParallel(inGroups(plaintexts, PLAINTEXTS_OF_A_SESSION), async (group) => {
      const session = await ForgedSession.again(bank, "alice");
      for (const plaintext of group) {
        const reply = await session.ask(session.seal(plaintext));
        expect(reply).toMatch(SEALED);
        cents += movedBy(reply);
      }
      session.line.close();
    });
    expect(readBooks(bank.folder).balances).toEqual({ alice: cents });
    await expectToGoOn(bank, "alice");
  });

  it("600 broken messages under true keys move nothing, unless they are whole", async () => {
    const bank = await startTestBank();
    await ForgedSession.open(bank, "alice");
    const seeds = sample(fc.nat(), 600);
    let cents = 0;
    await forEachInParallel(inGroups(seeds, WIRES_OF_A_SESSION), async (group) => {
      const session = await ForgedSession.again(bank, "alice");
      for (const seed of group) {
        const message = session.seal('{"action": "deposit", "amount": 100}');
        const [wire = message] = fc.sample(broken(message), { numRuns: 1, seed });
        await session.line.send(wire);
      }
      session.line.endSending();
      for (const reply of await session.allReplies()) {
        expect(reply).toMatch(SEALED);
        cents += movedBy(reply);
      }
    });
    const books = readBooks(bank.folder);
    expect(books.balances).toEqual({ alice: cents });
    expect(books.audited).toBe(books.transactions);
    await expectToGoOn(bank, "alice");
  });
});

const short: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.json({ maxDepth: 5 }).map((text) => Buffer.from(text)),
  fc.dictionary(fc.string(), fc.string()).map((fields) => Buffer.from(JSON.stringify(fields))),
  fc.string({ unit: "binary" }).map((text) => Buffer.from(`{"action": "${text}"}`)),
  fc.nat({ max: 400 }).map((depth) => Buffer.from('{"a":'.repeat(depth) + "}".repeat(depth))),
);
/** Also what is about as long as a message may be. */
const chance = fc.oneof(
  { arbitrary: short, weight: 9 },
  { arbitrary: fc.uint8Array({ minLength: 4_000, maxLength: 4_200 }), weight: 1 },
  { arbitrary: fc.nat({ max: 4_200 }).map((bytes) => Buffer.alloc(bytes, "{")), weight: 1 },
);

/** The message with one to four bytes changed, cut out or doubled. */
const broken = (message: Uint8Array): fc.Arbitrary<Uint8Array> =>
  fc
    .array(
      fc.record({
        at: fc.nat({ max: message.length - 1 }),
        how: fc.constantFrom("changed", "cut out", "doubled"),
        byte: fc.nat({ max: 255 }),
      }),
      { minLength: 1, maxLength: 4 },
    )
    .map((faults) => {
      const bytes = [...message];
      for (const { at, how, byte } of faults) {
        if (how === "changed") bytes[at % bytes.length] = byte;
        else if (how === "cut out") bytes.splice(at, 1);
        else bytes.splice(at, 0, ...bytes.slice(at, at + byte));
      }
      return Uint8Array.from(bytes);
    });

const sample = <T>(arbitrary: fc.Arbitrary<T>, count: number): T[] =>
  fc.sample(arbitrary, { numRuns: count, seed: SEED });

const inGroups = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );

async function forEachInParallel<T>(
  items: readonly T[],
  act: (item: T) => Promise<void>,
): Promise<void> {
  for (const group of inGroups(items, AT_A_TIME)) await Promise.all(group.map(act));
}

/** The cents that a reply says were put into the account, or taken out. */
function movedBy(reply: string): number {
  const [, verb, dollars] = /^(Deposited|Withdrew) \$(\d+)\./.exec(reply) ?? [];
  if (verb === undefined) return 0;
  return Number(dollars) * (verb === "Deposited" ? 100 : -100);
}

async function expectToGoOn(bank: TestBank, username: string): Promise<void> {
  const session = await ForgedSession.again(bank, username);
  expect(await session.deposit(1)).toMatch(/^Deposited \$1\. New Balance: /);
  expect(bank.events.filter(({ type }) => type === "alarm")).toEqual([]);
  expect(Object.keys(Object.prototype)).toEqual([]);
}
