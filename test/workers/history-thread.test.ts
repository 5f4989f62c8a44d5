/** The history's thread, as a thread: reads beside the writer, and ends in good order. */

import { once } from "node:events";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it, onTestFinished } from "vitest";
import { systemClock } from "../../src/actor/clock.ts";
import { REPLIES_AT } from "../../src/actor/port.ts";
import { RemoteActor } from "../../src/actor/remote-actor.ts";
import type { AccountId } from "../../src/bank/ledger.ts";
import { cents } from "../../src/bank/money.ts";
import type { HistoryPage } from "../../src/protocol/methods.ts";
import { threadFile } from "../../src/server/threads/thread-file.ts";
import { Thread } from "../../src/server/threads/thread.ts";
import type { HistoryReply } from "../../src/workers/history-thread.ts";
import { Ledger, type LedgerRequest } from "../../src/workers/ledger.ts";
import { openSqliteStore } from "../../src/workers/sqlite-store.ts";
import type { HistoryQuery } from "../../src/workers/store.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const ALICE = 1 as AccountId;
const VAULT = 2 as AccountId;
const latest: HistoryQuery = { account: ALICE, before: null, until: null, limit: 2 };

const command = (asked: (LedgerRequest & { type: "command" })["command"]): LedgerRequest => ({
  ...{ type: "command", command: asked, who: "alice", origin: "here" },
});
const deposit = (amount: number): LedgerRequest =>
  command({ type: "deposit", account: ALICE, vault: VAULT, amount: cents(amount) });

/** Books with alice and her terminal, and the thread that reads them. */
async function open() {
  const folder = temporaryFolder();
  const ledger = new Ledger(openSqliteStore({ folder }));
  onTestFinished(() => ledger.close());
  const login = { username: "alice", terminal: "here" };
  ledger.commit(
    [
      command({ type: "sign_up", username: "alice", passwordHash: "hash" }),
      command({ type: "begin_login", ...login }),
      command({ type: "end_login", ...login, outcome: "authenticated" }),
    ],
    1_000,
  );
  const history = new RemoteActor<HistoryQuery, HistoryReply>({
    ...{ name: "history", clock: systemClock, callsMax: 100 },
  });
  const ready = Promise.withResolvers<void>();
  const alarms: string[] = [];
  const alarmed = Promise.withResolvers<void>();
  const grownChannel = `grown ${crypto.randomUUID()}`;
  const grown = new BroadcastChannel(grownChannel);
  onTestFinished(() => grown.close());
  const thread = new Thread({
    ...{ name: "history", file: threadFile("history"), data: { folder, grownChannel } },
    onReady: ready.resolve,
    onAlarm: (message: string) => {
      alarms.push(message);
      alarmed.resolve();
    },
  });
  onTestFinished(() => thread.stop());
  history.attach(thread.worker);
  await ready.promise;
  const page = async (query: HistoryQuery): Promise<HistoryReply> => {
    const answer = await history.call(query, 30_000);
    if (!answer.ok) throw new Error(answer.failure);
    return answer.reply;
  };
  return { folder, ledger, thread, page, grown, alarms, alarmed: alarmed.promise };
}

function read(page: HistoryReply): HistoryPage {
  if (page === null || page === "failed") throw new Error(`no page: ${page}`);
  return JSON.parse(page.page) as HistoryPage;
}

const amountsOf = (page: HistoryReply): string[] =>
  read(page).entries.map(({ amount }) => String(amount));

describe("the history's thread", () => {
  it("reads what was committed, page by page, and what comes later too", async () => {
    const { ledger, page } = await open();
    expect(read(await page(latest))).toEqual({ entries: [] });
    ledger.commit([deposit(1), deposit(2), deposit(3)], 2_000);
    const first = await page(latest);
    expect(amountsOf(first)).toEqual(["3", "2"]);
    const before = Number(read(first).next);
    const second = await page({ ...latest, before });
    expect(read(second)).toEqual({ entries: [expect.objectContaining({ amount: "1" })] });
    ledger.commit([deposit(4)], 3_000);
    expect(amountsOf(await page(latest))).toEqual(["4", "3"]);
    expect(amountsOf(await page({ ...latest, until: 2_500 }))).toEqual(["3", "2"]);
  });

  it("has no page of what is not the account's", async () => {
    const { ledger, page } = await open();
    ledger.commit([deposit(1)], 2_000);
    expect(await page({ ...latest, before: 9 })).toBeNull();
    expect(read(await page({ ...latest, account: 3 as AccountId }))).toEqual({ entries: [] });
  });

  it("answers many at once, each its own", async () => {
    const { ledger, page } = await open();
    ledger.commit(
      Array.from({ length: 51 }, (_, index) => deposit(index + 1)),
      2_000,
    );
    const asked = Array.from({ length: 50 }, (_, index) => page({ ...latest, before: index + 2 }));
    const newest = (await Promise.all(asked)).map((answer) => amountsOf(answer)[0]);
    expect(newest).toEqual(Array.from({ length: 50 }, (_, index) => String(index + 1)));
  });

  it("lets each answer go before it reads for the next", async () => {
    const { ledger, thread, page } = await open();
    ledger.commit([deposit(1), deposit(2)], 2_000);
    const repliesOf = (message: unknown[]): number => (message.length - REPLIES_AT) / 2;
    const sent: number[] = [];
    thread.worker.on("message", (message: unknown[]) => void sent.push(repliesOf(message)));
    await Promise.all([page(latest), page(latest), page(latest)]);
    expect(sent.filter((replies) => replies > 0)).toEqual([1, 1, 1]);
  });

  it("says that a page could not be read, and reads the next one", async () => {
    const { folder, ledger, page, alarms } = await open();
    ledger.commit([deposit(1), deposit(2)], 2_000);
    const database = new DatabaseSync(join(folder, "bank.sqlite"));
    database.exec("ALTER TABLE journal RENAME TO hidden");
    expect(await page(latest)).toBe("failed");
    database.exec("ALTER TABLE hidden RENAME TO journal");
    database.close();
    expect(amountsOf(await page(latest))).toEqual(["2", "1"]);
    expect(alarms).toEqual([expect.stringContaining("no such table")]);
  });

  it("reads ahead when the journal has grown, and says once that it cannot", async () => {
    const { folder, ledger, page, grown, alarms, alarmed } = await open();
    ledger.commit([deposit(1), deposit(2)], 2_000);
    const database = new DatabaseSync(join(folder, "bank.sqlite"));
    database.exec("ALTER TABLE journal RENAME TO hidden");
    grown.postMessage(null);
    await alarmed;
    expect(await page(latest)).toBe("failed"); // For the same reason.
    database.exec("ALTER TABLE hidden RENAME TO journal");
    database.close();
    expect(amountsOf(await page(latest))).toEqual(["2", "1"]);
    expect(alarms).toEqual([expect.stringContaining("begins with could not be read: no such")]);
  });

  it("ends when it is told to", async () => {
    const { thread, page } = await open();
    await page(latest);
    const ended = once(thread.worker, "exit");
    await thread.stop();
    expect(await ended).toEqual([0]);
  });
});
