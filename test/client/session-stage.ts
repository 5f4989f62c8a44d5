/** A session over lines that break, with banks that the test plays by hand, in time by hand. */

import { ManualClock } from "../../src/actor/testkit.ts";
import { cents } from "../../src/bank/money.ts";
import { nodeCiphers } from "../../src/ciphers/node.ts";
import { ModernSession, type SessionState } from "../../src/client/modern-session.ts";
import type { Call, Credentials } from "../../src/protocol/methods.ts";
import type { RpcId } from "../../src/protocol/rpc-error.ts";
import { IDENTITY, ScriptedModernBank } from "./scripted-modern-bank.ts";

export const ADA: Credentials = { username: "ada", password: "a good password" };
export const UNREACHABLE = { kind: "unreachable", detail: "ECONNREFUSED" } as const;
export const MOVED = { transactionId: "1", balance: cents(2_000) };

/** What the bank of each line does: the n-th script plays the n-th line, the last all later. */
export type Script = (bank: ScriptedModernBank) => void;

/** Takes every login, and leaves the rest to `onCall`. */
export const taking =
  (onCall: (bank: ScriptedModernBank, id: RpcId, call: Call) => void = () => {}): Script =>
  (bank) => {
    bank.onCall = (id, call) => {
      if (call.method !== "auth.login") return onCall(bank, id, call);
      const limits = { idleSeconds: 900, absoluteSeconds: 43_200 };
      const session = { ...limits, amountMax: cents(100), confirmAbove: cents(100) };
      bank.answer(id, call.method, {
        username: call.params.username,
        roles: [],
        hasFactor: false,
        session,
      });
    };
  };

export const answering = taking((bank, id, call) => {
  if (call.method === "account.deposit") bank.answer(id, call.method, MOVED);
  if (call.method === "account.balance") {
    bank.answer(id, call.method, { balance: cents(2_000), available: cents(2_000) });
  }
});
export const cutting = taking((bank) => bank.hangUp());
export const silent = taking();
export const away: Script = (bank) => {
  bank.onHello = () => bank.hangUp(UNREACHABLE);
};
export const hangingUp: Script = (bank) => {
  bank.onHello = () => bank.hangUp();
};
export const forging: Script = (bank) => {
  bank.onHello = () => bank.onBytes(new Uint8Array(50).fill(0xff));
};

/** Everything that is not waiting for time to pass has happened. */
export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export function stage(...scripts: Script[]) {
  const clock = new ManualClock();
  const banks: ScriptedModernBank[] = [];
  const states: SessionState[] = [];
  const lent = {
    credentials: ADA as Credentials | null,
    /** The codes that are given when one is asked for; then none. */
    codes: [] as string[],
    /** Whether the code before was wrong, at each question. */
    asked: [] as boolean[],
  };
  const session = new ModernSession({
    dial() {
      const bank = new ScriptedModernBank();
      scripts[Math.min(banks.length, scripts.length - 1)]?.(bank);
      banks.push(bank);
      return bank;
    },
    ...{ ciphers: nodeCiphers, bankPublicKey: IDENTITY.publicKey },
    after: clock.after.bind(clock),
    credentials: () => lent.credentials,
    code(wasWrong) {
      lent.asked.push(wasWrong);
      return Promise.resolve(lent.codes.shift() ?? null);
    },
    onState: (state) => void states.push(state),
  });
  /** Lets time pass until `work` is settled. */
  async function inTime<T>(work: Promise<T>): Promise<T> {
    const over = work.then(
      () => true,
      () => true,
    );
    while (!(await Promise.race([over, settled().then(() => false)]))) clock.advance(1_000);
    return work;
  }
  const keys = () =>
    banks.flatMap(({ calls }) =>
      calls.flatMap(({ call }) => (call.method === "account.deposit" ? [call.params] : [])),
    );
  return { clock, banks, states, lent, session, inTime, keys };
}

export const errorOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => null,
    (error: unknown) => error,
  );
