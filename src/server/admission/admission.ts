/**
 * How somebody gets in: sign-up, login, and changes of what they log in with. Each has a way of its
 * own in this folder, and a turn for its password. One at a time in a session. A procedure of pure
 * steps, which ends in an outcome.
 */

import { continueBeginning, continueEnrolment, continueRemoval } from "./change-factor.ts";
import { continueChange } from "./change-password.ts";
import { continueLogIn } from "./log-in.ts";
import { continueSignUp } from "./sign-up.ts";
import type { Admission, AdmissionStep, Errands, Place, Result } from "./steps.ts";
import type { Wish } from "./wish.ts";

export type { AdmissionOutcome } from "./outcome.ts";
export type { Admission, AdmissionStep } from "./steps.ts";
export { ACTIONS, type Wish } from "./wish.ts";

export const beginAdmission = (
  wish: Wish,
  { terminal, signUpsMax }: Place,
): { admission: Admission; errands: Errands } => ({
  admission: { wish, terminal, signUpsMax, step: "waiting_turn", outcome: null },
  errands: [{ type: "take_turn" }],
});

/** @throws Error for a result that this step did not send out for. */
export function continueAdmission(admission: Admission, result: Result): AdmissionStep {
  const { wish } = admission;
  switch (wish.type) {
    case "sign_up":
      return continueSignUp(admission, wish, result);
    case "log_in":
    case "confirm":
      return continueLogIn(admission, wish, result);
    case "change_password":
      return continueChange(admission, wish, result);
    case "begin_factor":
      return continueBeginning(admission, wish, result);
    case "enrol_factor":
      return continueEnrolment(admission, wish, result);
    case "remove_factor":
      return continueRemoval(admission, wish, result);
  }
}
