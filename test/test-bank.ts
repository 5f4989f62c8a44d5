/** A real bank for a test: on a free port and a folder of its own, gone when the test has ended. */

import { onTestFinished } from "vitest";
import { nodeCiphers } from "../src/ciphers/node.ts";
import { ClassicClient } from "../src/client/classic-client.ts";
import { TcpTransport } from "../src/client/tcp-transport.ts";
import { THE_BANK } from "../src/bank/audit-vocabulary.ts";
import { cents } from "../src/bank/money.ts";
import { startBank, type Bank, type BankOptions } from "../src/server/bank.ts";
import type { LogEvent } from "../src/server/log.ts";
import { openSqliteReader } from "../src/workers/sqlite-store.ts";
import type { AuditEntry } from "../src/bank/audit.ts";
import { temporaryFolder } from "./temporary-folder.ts";

export type TestBank = {
  bank: Bank;
  folder: string;
  /** What the bank said on its terminal. */
  events: LogEvent[];
  /** A client of ours, closed when the test has ended. */
  client: () => ClassicClient;
  /** A client that has signed up and logged in. */
  customer: (username: string, password?: string) => Promise<ClassicClient>;
  /** What the store's audit holds of others than the bank itself, which starts and stops. */
  audit: () => AuditEntry[];
  wholeAudit: () => AuditEntry[];
};

/** Starts a bank with cheap passwords; `over` overrides any option. */
export async function startTestBank(over: Partial<BankOptions> = {}): Promise<TestBank> {
  const folder = over.folder ?? temporaryFolder();
  const events: LogEvent[] = [];
  const bank = await startBank({
    ...{ host: "127.0.0.1", port: 0, folder, bcryptCost: 4, crypto: "inline" },
    ...{ classic: true, mutualTls: false, about: { name: "Test Bank", version: "0" } },
    ...{ connectionsMax: 1_000, passwordsMax: 64, signUpsMax: 100_000, onFailure: () => undefined },
    confirmAbove: cents(1_000_000),
    limits: {
      messageMs: 10_000,
      loginMs: 60_000,
      idleMs: 900_000,
      sessionMs: 43_200_000,
      readerMs: 10_000,
    },
    log: { write: (event) => void events.push(event), flush: () => undefined },
    ...over,
  });
  onTestFinished(() => bank.stop());

  const client = (): ClassicClient => {
    const opened = new ClassicClient(new TcpTransport("127.0.0.1", bank.port), nodeCiphers);
    onTestFinished(() => opened.close());
    return opened;
  };
  const wholeAudit = (): AuditEntry[] => {
    const reader = openSqliteReader(folder);
    try {
      return reader.auditAfter(0, 1_000_000);
    } finally {
      reader.close();
    }
  };
  return {
    ...{ bank, folder, events, client, wholeAudit },
    async customer(username, password = "a good password") {
      const opened = client();
      await opened.signUp(username, password);
      const { type } = await opened.logIn(username, password);
      if (type !== "authenticated") throw new Error(`could not log in as ${username}: ${type}`);
      return opened;
    },
    audit: () => wholeAudit().filter(({ who }) => who !== THE_BANK),
  };
}
