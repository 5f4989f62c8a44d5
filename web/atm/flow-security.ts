/** The second factor and the sessions: turned on and off, seen and ended. */

import { parseCode, parseDigits } from "./code.ts";
import { ask, waitingFor } from "./flow-asking.ts";
import type {
  Message,
  Problem,
  Refusal,
  SecurityAnswer,
  SecurityNews,
  SecurityView,
  State,
  Step,
  View,
  Waiting,
} from "./state.ts";

export const isSecurity = (view: View): view is SecurityView =>
  SCREENS.some((screen) => screen === view.screen);

const SCREENS: readonly SecurityView["screen"][] = [
  "security",
  "factor_begin",
  "factor_enrol",
  "recovery_codes",
  "factor_remove",
];

/** The bank's word for a password or a code that is wrong. */
const FAILED = "authentication_failed";

/** The place itself, with what was just done there. */
export const seeSecurity = (state: State, news: SecurityNews | null = null): Step =>
  ask(state, { kind: "security", news });

export function inSecurity(state: State, view: SecurityView, message: Message): Step {
  switch (view.screen) {
    case "security":
      return atPlace(state, view, message);
    case "recovery_codes":
      return message.type === "finished" ? seeSecurity(state, "factor_on") : [state, []];
    default:
      break;
  }
  if (message.type === "stepped_back" || message.type === "finished") return seeSecurity(state);
  switch (view.screen) {
    case "factor_begin":
      return message.type === "proof_entered" ? begin(state, view, message) : [state, []];
    case "factor_enrol":
      return message.type === "code_entered" ? enrol(state, view, message.typed) : [state, []];
    case "factor_remove":
      return message.type === "proof_entered" ? remove(state, view, message) : [state, []];
  }
}

export function securityAnswered(
  state: State,
  { order, username }: Waiting,
  answer: SecurityAnswer,
): Step {
  const knowing = (hasFactor: boolean): State => ({ ...state, desk: { ...state.desk, hasFactor } });
  switch (answer.type) {
    case "security": {
      const { security } = answer;
      const news = order.kind === "security" ? order.news : null;
      return show(knowing(security.hasFactor), { screen: "security", username, security, news });
    }
    case "factor_begun": {
      const { enrolment } = answer;
      return show(state, { screen: "factor_enrol", username, enrolment, problems: [] });
    }
    case "factor_enrolled": {
      const { recoveryCodes: codes } = answer;
      return show(knowing(true), { screen: "recovery_codes", username, codes });
    }
    case "factor_removed":
      return seeSecurity(knowing(false), "factor_off");
    case "other_session_ended":
      return seeSecurity(state, "session_ended");
  }
}

/** Where a refusal is about what was typed: the form that has it. */
export function securityRefused(
  state: State,
  { order, username }: Waiting,
  { kind }: Refusal,
): Step | null {
  const beginAgain = (problem: Problem): Step =>
    show(state, { screen: "factor_begin", username, problems: [problem] });
  switch (order.kind) {
    case "end_session":
      return kind === "unknown_session" ? seeSecurity(state, "session_gone") : null;
    case "begin_factor":
      return kind === FAILED ? beginAgain({ type: "proof", withCode: false }) : null;
    case "enrol_factor": {
      // The bank keeps the secret for its line alone, and that was lost.
      if (kind === "no_factor") return beginAgain({ type: "secret_void" });
      const { enrolment } = order;
      const problems: Problem[] = [{ type: "code", fault: "mismatch" }];
      return kind === FAILED
        ? show(state, { screen: "factor_enrol", username, enrolment, problems })
        : null;
    }
    case "remove_factor": {
      if (kind !== FAILED && kind !== "bad_password") return null;
      const problem: Problem =
        kind === FAILED ? { type: "proof", withCode: true } : { type: "short_alone" };
      return show(state, { screen: "factor_remove", username, problems: [problem] });
    }
    default:
      return null;
  }
}

function atPlace(
  state: State,
  view: SecurityView & { screen: "security" },
  message: Message,
): Step {
  const { username, security } = view;
  switch (message.type) {
    case "stepped_back":
    case "finished":
      return show(state, { screen: "choose", username });
    case "chosen":
      if (message.kind === "begin_factor" && !security.hasFactor) {
        return show(state, { screen: "factor_begin", username, problems: [] });
      }
      if (message.kind === "remove_factor" && security.hasFactor) {
        return show(state, { screen: "factor_remove", username, problems: [] });
      }
      return message.kind === "log_out_everywhere"
        ? ask(state, { kind: message.kind })
        : [state, []];
    case "session_chosen": {
      const { session } = message;
      // This one ends by logging out.
      return session === security.current
        ? [state, []]
        : ask(state, { kind: "end_session", session });
    }
    default:
      return [state, []];
  }
}

type Proof = Message & { type: "proof_entered" };

function begin(state: State, view: SecurityView & { screen: "factor_begin" }, proof: Proof): Step {
  const { password } = proof;
  if (password === "") return show(state, { ...view, problems: [PASSWORD_MISSING] });
  return [waitingFor(state, { kind: "begin_factor" }), [{ type: "begin_factor", password }]];
}

function enrol(state: State, view: SecurityView & { screen: "factor_enrol" }, typed: string): Step {
  const { enrolment } = view;
  const entered = parseDigits(typed);
  if ("fault" in entered) {
    return show(state, { ...view, problems: [{ type: "code", fault: entered.fault }] });
  }
  const { code } = entered;
  return [waitingFor(state, { kind: "enrol_factor", enrolment }), [{ type: "enrol_factor", code }]];
}

function remove(
  state: State,
  view: SecurityView & { screen: "factor_remove" },
  proof: Proof,
): Step {
  const { password, typed } = proof;
  const entered = parseCode(typed);
  const problems: Problem[] = password === "" ? [PASSWORD_MISSING] : [];
  if ("fault" in entered) problems.push({ type: "code", fault: entered.fault });
  if ("fault" in entered || problems.length > 0) return show(state, { ...view, problems });
  const { code } = entered;
  return [
    waitingFor(state, { kind: "remove_factor" }),
    [{ type: "remove_factor", password, code }],
  ];
}

const PASSWORD_MISSING: Problem = { type: "password", fault: "empty" };

const show = (state: State, view: View): Step => [{ ...state, view }, []];
