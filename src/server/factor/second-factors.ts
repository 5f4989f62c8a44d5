/** The bank's side of second factors: makes their secrets, seals them, and checks codes. */

import type { Clock } from "../../actor/clock.ts";
import type { FactorProof } from "../../bank/factor-rules.ts";
import type { AccountId } from "../../bank/ledger.ts";
import type { Factor } from "../../bank/standing.ts";
import { newRecoveryCodes, recoveryHash } from "./recovery-codes.ts";
import { enrolmentUri, matchingStep, newSecret } from "./totp.ts";

/** Seals and opens a secret for one account (src/server/keys/). */
export type SecretBox = {
  seal(account: AccountId, secret: string): string;
  /** Null if it was not sealed for this account. */
  open(account: AccountId, sealed: string): string | null;
};

/** What an authenticator has proved to have, as it is to be kept; the codes are to be shown. */
export type Enrolment = {
  readonly sealedSecret: string;
  readonly step: number;
  readonly recoveryHashes: readonly string[];
  readonly recoveryCodes: readonly string[];
};

export class SecondFactors {
  readonly #box: SecretBox;
  readonly #clock: Clock;

  constructor({ box, clock }: { box: SecretBox; clock: Clock }) {
    this.#box = box;
    this.#clock = clock;
  }

  makeSecret(username: string): { secret: string; uri: string } {
    const secret = newSecret();
    return { secret, uri: enrolmentUri(username, secret) };
  }

  /** Whether this step or recovery code was used before is for the ledger to say. */
  check(asked: { account: AccountId; factor: Factor; code: string }): FactorProof | null {
    const { account, factor, code } = asked;
    const hash = recoveryHash(code);
    if (hash !== null) return { type: "recovery_code", hash };
    const secret = this.#box.open(account, factor.sealedSecret);
    const step = secret === null ? null : matchingStep(secret, code.trim(), this.#clock.now());
    return step === null ? null : { type: "step", step };
  }

  /** Null if the code is not one of this secret. */
  enrol(asked: { account: AccountId; secret: string; code: string }): Enrolment | null {
    const { account, secret, code } = asked;
    const step = matchingStep(secret, code.trim(), this.#clock.now());
    if (step === null) return null;
    const recoveryCodes = newRecoveryCodes();
    const recoveryHashes = recoveryCodes.map((recovery) => recoveryHash(recovery)!);
    return {
      ...{ step, recoveryHashes, recoveryCodes },
      sealedSecret: this.#box.seal(account, secret),
    };
  }
}
