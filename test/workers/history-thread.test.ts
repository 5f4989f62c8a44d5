/** The history's thread, as a thread: reads beside the writer, and ends in good order. */

import { once } from "node:events";
import { describe, expect, it, onTestFinished } from "vitest";
import { systemClock } from "../../src/actor/clock.ts";
import { RemoteActor } from "../../src/actor/remote-actor.ts";
import type { AccountId } from "../../src/bank/ledger.ts";
import { cents } from "../../src/bank/money.ts";
import { threadFile } from "../../src/server/threads/thread-file.ts";
import { Thread } from "../../src/server/threads/thread.ts";
import type { HistoryReply } from "../../src/workers/history-thread.ts";
import { Ledger, type LedgerRequest } from "../../src/workers/ledger.ts";
import { openSqliteStore } from "../../src/workers/sqlite-store.ts";
import type { HistoryQuery } from "../../src/workers/store.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const ALICE = 1 as AccountId;
const VAULT = 2 as AccountId;
const latest: HistoryQuery = { account: ALICE, from: null, until: null, limit: 2 };

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
  const thread = new Thread({
    ...{ name: "history", file: threadFile("history"), data: { folder } },
    ...{ onReady: ready.resolve, onAlarm: (message: string) => ready.reject(new Error(message)) },
  });
  onTestFinished(() => thread.stop());
  history.attach(thread.worker);
  await ready.promise;
  const page = async (query: HistoryQuery): Promise<HistoryReply> => {
    const answer = await history.call(query, 30_000);
    if (!answer.ok) throw new Error(answer.failure);
    return answer.reply;
  };
  return { ledger, thread, page };
}

const amountsOf = (page: HistoryReply): number[] | undefined =>
  page?.rows.map(({ posting }) => posting.amount);

describe("the history's thread", () => {
  it("reads what was committed, page by page, and what comes later too", async () => {
    const { ledger, page } = await open();
    expect(await page(latest)).toEqual({ rows: [], next: null });
    ledger.commit([deposit(1), deposit(2), deposit(3)], 2_000);
    const first = await page(latest);
    expect(amountsOf(first)).toEqual([3, 2]);
    expect(amountsOf(await page({ ...latest, from: first!.next }))).toEqual([1]);
    ledger.commit([deposit(4)], 3_000);
    expect(amountsOf(await page(latest))).toEqual([4, 3]);
    expect(amountsOf(await page({ ...latest, until: 2_500 }))).toEqual([3, 2]);
  });

  it("has no page of what is not the account's", async () => {
    const { ledger, page } = await open();
    ledger.commit([deposit(1)], 2_000);
    expect(await page({ ...latest, from: 9 })).toBeNull();
    expect(await page({ ...latest, account: 3 as AccountId })).toEqual({ rows: [], next: null });
  });

  it("answers many at once, each its own", async () => {
    const { ledger, page } = await open();
    ledger.commit(
      Array.from({ length: 50 }, (_, index) => deposit(index + 1)),
      2_000,
    );
    const asked = Array.from({ length: 50 }, (_, index) => page({ ...latest, from: index + 1 }));
    const newest = (await Promise.all(asked)).map((read) => amountsOf(read)?.[0]);
    expect(newest).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
  });

  it("ends when it is told to", async () => {
    const { thread, page } = await open();
    await page(latest);
    const ended = once(thread.worker, "exit");
    await thread.stop();
    expect(await ended).toEqual([0]);
  });
});
