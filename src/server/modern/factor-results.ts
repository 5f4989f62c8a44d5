/** What becomes of a session, and what its client is told, when its second factor has changed. */

import type { RpcId } from "../../protocol/rpc-error.ts";
import type { AdmissionOutcome } from "../admission/admission.ts";
import type { Effect, PendingFactor, State } from "./session-state.ts";

type FactorOutcome = Extract<
  AdmissionOutcome,
  { type: "factor_begun" | "factor_enrolled" | "factor_removed" }
>;

export function withFactor(state: State, outcome: FactorOutcome): State {
  if (state.phase !== "authenticated") return state;
  const hasFactor = outcome.type === "factor_enrolled";
  const pendingFactor = outcome.type === "factor_begun" ? pendingOf(outcome) : null;
  return { ...state, customer: { ...state.customer, hasFactor, pendingFactor } };
}

const pendingOf = ({
  secret,
  checkedHash,
}: FactorOutcome & { type: "factor_begun" }): PendingFactor => ({ secret, checkedHash });

export function factorResult(id: RpcId, outcome: FactorOutcome): Effect {
  switch (outcome.type) {
    case "factor_begun": {
      const { secret, uri } = outcome;
      return { type: "send_result", id, method: "auth.beginFactor", result: { secret, uri } };
    }
    case "factor_enrolled": {
      const { recoveryCodes } = outcome;
      return { type: "send_result", id, method: "auth.enrolFactor", result: { recoveryCodes } };
    }
    case "factor_removed":
      return { type: "send_result", id, method: "auth.removeFactor", result: {} };
  }
}
