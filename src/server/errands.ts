/**
 * What a session sends out for: passwords to the pool, commands to the ledger, notes for the audit
 * and the terminal. Both protocols' sessions use it. What comes back is told to the session.
 */

import type { Answer } from "../actor/answer.ts";
import type { Clock } from "../actor/clock.ts";
import type { RemoteActor } from "../actor/remote-actor.ts";
import type { Noted } from "../bank/audit-vocabulary.ts";
import type { FactorProof } from "../bank/factor-rules.ts";
import type { AccountId, Command } from "../bank/ledger.ts";
import type { NewPassword, PasswordRefusal } from "../bank/password-policy.ts";
import type { Factor } from "../bank/standing.ts";
import type { LedgerReply, LedgerRequest } from "../workers/ledger.ts";
import type { Enrolment, SecondFactors } from "./factor/second-factors.ts";
import type { CryptoPool } from "./threads/crypto-pool.ts";
import type { Log } from "./log.ts";
import { takeNote } from "./note.ts";

const LEDGER_MS_MAX = 10_000;
/** How long an overloaded ledger is left alone before it is told of a login once more. */
const SETTLE_MS = 1_000;

type Settlement = Command & { type: "end_login" | "end_factor" };

/** `About` is what a session wants to remember of a question until its answer comes. */
export type Errand<About> =
  | { type: "take_turn" }
  | { type: "end_turn" }
  | {
      type: "hash_password";
      password: string;
      username: string;
      hasFactor?: true;
      isOperator?: true;
    }
  /** `judgedFor` is of an operator, whose password has to be fit for one. */
  | {
      type: "check_password";
      password: string;
      hash: string | null;
      judgedFor?: Omit<NewPassword, "password">;
    }
  /** As much work as a check, where nothing depends on it. */
  | { type: "feign_check"; password: string }
  /** Whether a password that was right is long enough to be without a second factor. */
  | { type: "measure_password"; password: string; isOperator?: true }
  | { type: "make_secret"; username: string }
  | { type: "check_code"; code: string; account: AccountId; factor: Factor }
  | { type: "check_enrolment"; code: string; account: AccountId; secret: string }
  | { type: "ask_ledger"; command: Command; who: string; key?: string; about: About }
  /** Tells the ledger later how a try of a login ended that it may hold as pending. No answer. */
  | { type: "settle_login"; command: Settlement }
  /** Hashes a password anew that was right, and has its hash replaced if it can. No answer. */
  | {
      type: "upgrade_hash";
      username: string;
      account: AccountId;
      password: string;
      checkedHash: string;
    }
  /** For the audit and the terminal; `who` is null for somebody who has not logged in. */
  | NoteErrand
  /** For the terminal alone: what was done, by whom. */
  | { type: "report"; action: string; who: string; outcome: string };

export type NoteErrand = Noted & { type: "note"; who: string | null; object?: string };

export type ErrandResult<About> =
  | { type: "turn"; granted: boolean } //           a place in the password line
  | { type: "password_hashed"; hash: string }
  | { type: "password_checked"; valid: boolean; isOutdated?: true; isFit?: true } // if valid
  | { type: "password_refused"; refusal: PasswordRefusal; charsMin: number } // the new one
  | { type: "password_measured" } //                it is
  | { type: "secret_made"; secret: string; uri: string }
  | { type: "code_checked"; proof: FactorProof | null }
  | { type: "enrolment_checked"; enrolment: Enrolment | null }
  | { type: "password_failed" } //                  the pool could not do it
  | { type: "answered"; answer: Answer<LedgerReply>; about: About }; // by the ledger

export type ErrandOptions<About> = {
  pool: CryptoPool;
  ledger: RemoteActor<LedgerRequest, LedgerReply>;
  factors: SecondFactors;
  log: Log;
  clock: Clock;
  /** The peer's address and port. */
  peer: string;
  tell: (result: ErrandResult<About>) => void;
};

export class Errands<About> {
  readonly #options: ErrandOptions<About>;
  #hasTurn = false;

  constructor(options: ErrandOptions<About>) {
    this.#options = options;
  }

  perform(errand: Errand<About>): void {
    const { pool, factors, log, peer, tell } = this.#options;
    switch (errand.type) {
      case "take_turn":
        this.#hasTurn = pool.takeTurn();
        tell({ type: "turn", granted: this.#hasTurn });
        return;
      case "end_turn":
        this.#endTurn();
        return;
      case "hash_password":
        this.#await(pool.hashNewPassword({ hasFactor: false, ...errand }), (made) =>
          "hash" in made
            ? { type: "password_hashed", hash: made.hash }
            : { type: "password_refused", ...made },
        );
        return;
      case "check_password": {
        const checking = pool.checkPassword(errand.password, errand.hash);
        this.#await(this.#judged(errand, checking), (checked) => ({
          ...{ type: "password_checked", ...checked },
        }));
        return;
      }
      case "feign_check":
        this.#await(pool.feignCheck(errand.password), () => ({
          ...{ type: "password_checked", valid: false },
        }));
        return;
      case "measure_password": {
        const charsMin = pool.charsMin(errand);
        const isShort = [...errand.password].length < charsMin;
        tell(
          isShort
            ? { type: "password_refused", refusal: "too_short", charsMin }
            : { type: "password_measured" },
        );
        return;
      }
      case "make_secret":
        tell({ type: "secret_made", ...factors.makeSecret(errand.username) });
        return;
      case "check_code":
        tell({ type: "code_checked", proof: factors.check(errand) });
        return;
      case "check_enrolment":
        tell({ type: "enrolment_checked", enrolment: factors.enrol(errand) });
        return;
      case "ask_ledger":
        this.#askLedger(errand);
        return;
      case "upgrade_hash":
        void this.#upgradeHash(errand);
        return;
      case "settle_login":
        this.#settleLogin(errand.command);
        return;
      case "note":
        this.#note(errand);
        return;
      case "report":
        log.write({ ...errand, type: "reported", peer });
    }
  }

  /** The session fell over a bug: nobody is left to ask for anything. */
  sessionCrashed(error: unknown): void {
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.#options.log.write({ type: "alarm", message: `a session failed: ${detail}` });
    this.#endTurn();
  }

  /** Gives the place in the password line back, if there is one: else it would be lost for good. */
  #endTurn(): void {
    if (this.#hasTurn) this.#options.pool.endTurn();
    this.#hasTurn = false;
  }

  #await<T>(work: Promise<T>, resultOf: (value: T) => ErrandResult<About>): void {
    const { tell } = this.#options;
    work.then(
      (value) => tell(resultOf(value)),
      () => tell({ type: "password_failed" }),
    );
  }

  async #judged(
    { password, hash, judgedFor }: Errand<About> & { type: "check_password" },
    checking: Promise<boolean>,
  ) {
    const { pool } = this.#options;
    const valid = await checking;
    const isJudged = valid && judgedFor !== undefined;
    const isFit = isJudged && (await pool.isFitForOperator({ ...judgedFor, password }));
    return {
      valid,
      ...(valid && pool.isOutdated(hash) && { isOutdated: true as const }),
      ...(isFit && { isFit: true as const }),
    };
  }

  #askLedger({ command, who, key, about }: Errand<About> & { type: "ask_ledger" }): void {
    const { ledger, peer, tell } = this.#options;
    const request: LedgerRequest = { type: "command", command, who, origin: peer };
    if (key !== undefined) request.idempotencyKey = key;
    void ledger.call(request, LEDGER_MS_MAX).then((answer) => {
      tell({ type: "answered", answer, about });
    });
  }

  /** Once: a ledger that is still overloaded forgets the try with the next thirty minutes. */
  #settleLogin(command: Settlement): void {
    const { ledger, peer, clock } = this.#options;
    const who = command.username;
    const request: LedgerRequest = { type: "command", command, who, origin: peer };
    clock.after(SETTLE_MS, () => void ledger.call(request, LEDGER_MS_MAX));
  }

  /** Nobody waits for it, and where it fails, the next login tries again. */
  async #upgradeHash(errand: Errand<About> & { type: "upgrade_hash" }): Promise<void> {
    const { pool, ledger, peer } = this.#options;
    const { username, account, password, checkedHash } = errand;
    if (!pool.takeTurn()) return;
    try {
      const passwordHash = await pool.hashPassword(password);
      const command: Command = { type: "upgrade_hash", account, checkedHash, passwordHash };
      const request: LedgerRequest = { type: "command", command, who: username, origin: peer };
      await ledger.call(request, LEDGER_MS_MAX);
    } catch {
      // The pool has closed, or could not do it: the old hash is as good as it was.
    } finally {
      pool.endTurn();
    }
  }

  #note({ who, ...noted }: NoteErrand): void {
    const { peer } = this.#options;
    takeNote(this.#options, { ...noted, peer, who: who ?? peer });
  }
}
