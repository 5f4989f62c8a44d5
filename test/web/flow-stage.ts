/** Ways through the screens for the tests of the flow: messages to run, and what comes of them. */

import { dollars } from "../../src/bank/money.ts";
import { transition } from "../../web/atm/flow.ts";
import type {
  Answer,
  ChangeOrder,
  Effect,
  EndReason,
  Message,
  Place,
  Protocol,
  State,
  View,
} from "../../web/atm/state.ts";
import { opened } from "../../web/atm/views.ts";

export const LOG_IN: Place = { route: "/", step: "" };
export const SIGN_UP: Place = { route: "/signup", step: "" };
export const ACTION: Place = { route: "/action", step: "" };

export const PASSWORD = "a secret that no state may hold";
export const PINNED = "eedd 883d a0a9 4515 93dc 0a38 e583 fb77";
export const NAMED = "0000 1111 2222 3333 4444 5555 6666 abcd";

export const ENTERED: Message = {
  ...{ type: "credentials_entered", username: "alice", password: PASSWORD },
};
export const BALANCE: Answer = { type: "balance", balance: dollars(700) };
export const WITHDREW: Answer = {
  ...{ type: "withdrew", amount: dollars(300), balance: dollars(700), reference: "7" },
};
export const ORDER: ChangeOrder = { kind: "withdraw", amount: dollars(300) };

export const answered = (answer: Answer): Message => ({ type: "answered", answer, at: 0 });
export const refused = (kind: (Answer & { type: "refused" })["kind"], text = ""): Message =>
  answered({ type: "refused", kind, text });
export const ended = (reason: EndReason): Message => ({ type: "session_ended", reason });

export const AUTHENTICATED: Message = { type: "authenticated", hasFactor: false };
export const CHOOSING: Message[] = [ENTERED, AUTHENTICATED];
export const AMOUNT: Message[] = [...CHOOSING, { type: "chosen", kind: "withdraw" }];
export const REVIEW: Message[] = [...AMOUNT, { type: "amount_entered", typed: "300" }];
export const WAITING: Message[] = [...REVIEW, { type: "confirmed" }];
export const DONE: Message[] = [...WAITING, answered(WITHDREW)];

/** The outcome of a change is lost: in classic for good, in modern until it is asked again. */
export const unknownWith = (key: string | null): Message[] => [
  ...WAITING,
  { type: "outcome_unknown", key, session: "open" },
];

/** A page that speaks `protocol` and knows its bank. */
export function pageOf(protocol: Protocol): State {
  const state = opened(protocol);
  return {
    ...state,
    desk: { ...state.desk, bank: { type: "pinned", pinned: PINNED, named: null } },
  };
}

/** The state after `messages`, and all that was wanted on the way. */
export function run(
  messages: readonly Message[],
  from: State = pageOf("modern"),
): [State, Effect[]] {
  return messages.reduce<[State, Effect[]]>(
    ([state, effects], message) => {
      const [next, wanted] = transition(state, message);
      return [next, [...effects, ...wanted]];
    },
    [from, []],
  );
}

export const viewAfter = (messages: readonly Message[], from?: State): View =>
  run(messages, from)[0].view;

export const asked = (effects: readonly Effect[]): Effect[] =>
  effects.filter(({ type }) => type === "ask");
