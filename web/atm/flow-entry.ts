/**
 * Into the bank and out of it: log in, with a code where one is needed, sign up, a bank that is
 * none, the end of a session.
 */

import { parseCode } from "./code.ts";
import { resolve } from "./flow-waiting.ts";
import type { Code, LogIn, Message, SignUp, State, Step, Stranger, View } from "./state.ts";
import { lastDigitsOf, logIn, protocolOf } from "./views.ts";

export function whenLoggingIn(state: State, view: LogIn, message: Message): Step {
  switch (message.type) {
    case "authenticated":
      return whenAuthenticated(state, view.username, message.hasFactor);
    case "code_wanted":
      return show(state, codeView(view.username, message));
    case "credentials_entered":
      return enterCredentials(state, { ...view, signedUp: false }, message);
    default:
      return whenEntering(state, view, message);
  }
}

export function whenAskedForCode(state: State, view: Code, message: Message): Step {
  const { username } = view;
  const leave = (shown: View): Step => [{ ...state, view: shown }, [{ type: "hang_up" }]];
  switch (message.type) {
    case "authenticated":
      return whenAuthenticated(state, username, message.hasFactor);
    case "code_entered": {
      if (view.busy) return [state, []];
      const entered = parseCode(message.typed);
      if ("fault" in entered) {
        return show(state, { ...view, problems: [{ type: "code", fault: entered.fault }] });
      }
      const waiting: View = { ...view, busy: true, problems: [] };
      return [{ ...state, view: waiting }, [{ type: "give_code", code: entered.code }]];
    }
    case "code_wanted":
      return show(state, codeView(username, message));
    case "refused":
      return leave(logIn({ username, problems: [message.problem] }));
    case "session_ended":
      return leave(logIn({ username, problems: [{ type: "line", fault: "line_lost" }] }));
    case "not_authentic":
      return leave({ screen: "stranger", username, problems: [] });
    case "stepped_back":
      return leave(logIn({ username }));
    default:
      return [state, []];
  }
}

export function whenSigningUp(state: State, view: SignUp, message: Message): Step {
  switch (message.type) {
    case "signed_up":
      return show(state, logIn({ username: view.username, signedUp: true }));
    case "credentials_entered":
      return enterCredentials(state, view, message);
    default:
      return whenEntering(state, view, message);
  }
}

/** The key that the ATM names today may be trusted by whoever has compared it at the bank. */
export function whenStranger(state: State, view: Stranger, message: Message): Step {
  const { bank } = state.desk;
  switch (message.type) {
    case "digits_entered": {
      if (bank.type !== "pinned" || bank.named === null) return [state, []];
      if (message.digits.trim().toLowerCase() !== lastDigitsOf(bank.named)) {
        return show(state, { ...view, problems: [{ type: "digits" }] });
      }
      return [
        { ...state, view: logIn({ username: view.username }) },
        [{ type: "trust_named_key" }],
      ];
    }
    case "finished":
      return show(state, logIn({ username: view.username }));
    default:
      return [state, []];
  }
}

/** After the end of a session, whoever comes next starts with empty fields. */
export const whenOver = (state: State, message: Message): Step =>
  message.type === "finished" ? show(state, logIn()) : [state, []];

function whenEntering(state: State, view: LogIn | SignUp, message: Message): Step {
  switch (message.type) {
    case "credentials_faulty":
      return show(state, { ...view, username: message.username, problems: message.problems });
    case "refused":
      return show(state, { ...view, busy: false, problems: [message.problem] });
    case "not_authentic":
      return show(state, { screen: "stranger", username: view.username, problems: [] });
    default:
      return [state, []];
  }
}

function enterCredentials(
  state: State,
  view: LogIn | SignUp,
  { username, password }: Message & { type: "credentials_entered" },
): Step {
  if (view.busy) return [state, []];
  const protocol = protocolOf(state.desk);
  const type = view.screen;
  const waiting: View = { ...view, username, busy: true, problems: [] };
  return [{ ...state, view: waiting }, [{ type, protocol, username, password }]];
}

const codeView = (username: string, { wasWrong }: Message & { type: "code_wanted" }): Code => ({
  ...{ screen: "code", username, busy: false },
  problems: wasWrong ? [{ type: "code", fault: "wrong" }] : [],
});

/** To the choices, or first to what was in doubt when this customer was here last. */
function whenAuthenticated(state: State, username: string, hasFactor: boolean): Step {
  const { doubt } = state.desk;
  const desk = { ...state.desk, hasFactor };
  if (doubt === null || doubt.username !== username) {
    // An order is not shown to the next customer, and surely not done for them.
    return [{ view: { screen: "choose", username }, desk: { ...desk, doubt: null } }, []];
  }
  return resolve({ view: { screen: "choose", username }, desk }, doubt);
}

const show = (state: State, view: View): Step => [{ ...state, view }, []];
