/** No answer of the bank leaves a customer without words, whatever its kind. */

import { describe, expect, it } from "vitest";
import { dollars } from "../../src/bank/money.ts";
import { Refused } from "../../src/client/modern-errors.ts";
import { ERROR_KINDS, ERRORS, type ErrorKind } from "../../src/protocol/rpc-error.ts";
import { callFailure, entryFailure } from "../../web/atm/modern-failures.ts";
import { problemsOf } from "../../web/atm/problem-texts.ts";
import type { Message, Order } from "../../web/atm/state.ts";
import { wordsOf } from "../../web/atm/texts.ts";
import { counted, spanText } from "../../web/parts/time.ts";
import { CHOOSING, run, SIGN_UP, viewAfter, WAITING } from "./flow-stage.ts";

const ASKED = {
  withdraw: WAITING,
  balance: [...CHOOSING, { type: "chosen", kind: "balance" }],
  history: [...CHOOSING, { type: "chosen", kind: "history" }],
  password: [
    ...CHOOSING,
    { type: "chosen", kind: "password" },
    { type: "passwords_entered", oldPassword: "old", newPassword: "new", code: null },
  ],
} satisfies Partial<Record<Order["kind"], Message[]>>;

/** All that stands on the screen after `messages`, as one text. */
function told(messages: readonly Message[]): string {
  const [state] = run(messages);
  const { heading, status, alert } = wordsOf(state);
  const texts = [status, alert, ...problemsOf(state.view)].flatMap((words) =>
    words === null ? [] : [words.text, words.more],
  );
  return [heading, ...texts].join("\n");
}

const MISTAKES = /undefined|null|NaN|\[object|[a-z]_[a-z]|\. ?\.|  /;

describe.for(ERROR_KINDS)("the error %s", (kind) => {
  it.for(Object.keys(ASKED) as (keyof typeof ASKED)[])("has words after a %s", (order) => {
    const words = told([...ASKED[order], callFailure(new Refused(kind))]);
    expect(words).not.toMatch(MISTAKES);
    expect(words).toMatch(/\n[A-Z].+/);
    promisesNothing(kind, words);
  });

  it("has words at a sign-up", () => {
    const sent: Message = { type: "credentials_entered", username: "alice", password: "new" };
    const failed = entryFailure(new Refused(kind));
    const view = viewAfter([{ type: "went", place: SIGN_UP }, sent, failed]);
    const [problem, ...others] = problemsOf(view);
    expect(others).toEqual([]);
    expect(problem?.text).toMatch(/^[A-Z].+/);
    expect(problem?.more).not.toBe("");
    expect(`${problem?.text}${problem?.more}`).not.toMatch(MISTAKES);
    promisesNothing(kind, problem?.more ?? "");
  });
});

/** What may have been done is not said to be undone, and what can be tried again is. */
function promisesNothing(kind: ErrorKind, words: string): void {
  const { retry } = ERRORS[kind];
  if (retry === "same_key") expect(words).not.toMatch(/refused|No money moved|Nothing was/);
  if (retry === "later") expect(words).toMatch(/again/);
}

describe("a classic bank's own words", () => {
  it("are told as they are, with what they mean", () => {
    const sent: Message = { type: "credentials_entered", username: "alice", password: "new" };
    const problem = { type: "refused", text: "Invalid request: no" } as const;
    const view = viewAfter([{ type: "went", place: SIGN_UP }, sent, { type: "refused", problem }]);
    expect(problemsOf(view)).toMatchObject([
      { text: "Invalid request: no", more: "The bank refused it." },
    ]);
  });

  it.for([
    "insufficient_funds",
    "mac_failed",
    "invalid_request",
    "replay_rejected",
    "busy",
  ] as const)("%s has words", (kind) => {
    const text = "The bank says so";
    const answer = { type: "refused", kind, text } as const;
    const words = told([...WAITING, { type: "answered", answer, at: dollars(1) }]);
    expect(words).toContain(text);
    expect(words).not.toMatch(MISTAKES);
  });
});

it.for([
  [0, "0 seconds"],
  [1, "1 second"],
  [119, "119 seconds"],
  [120, "2 minutes"],
  [900, "15 minutes"],
] as const)("%i seconds are %s", ([seconds, text]) => {
  expect(spanText(seconds)).toBe(text);
  expect(counted(1, "minute")).toBe("1 minute");
});
