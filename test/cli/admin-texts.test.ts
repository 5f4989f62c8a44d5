/** What operators read on their terminal: whatever the bank says, it steers no terminal. */

import { expect, it } from "vitest";
import { cents } from "../../src/bank/money.ts";
import { adminLines } from "../../src/cli/admin-texts.ts";
import type { Role } from "../../src/bank/standing.ts";
import type { Result } from "../../src/protocol/methods.ts";
import type { OperatorMethod } from "../../src/protocol/operator-methods.ts";

/** Clears the screen, begins a line, turns the text round. */
const EVIL = "bob\u001B[2J\r\nada\u0007\u009B2J\u202E\u2028";
const SHOWN = "bob\\u{1b}[2J\\u{d}\\u{a}ada\\u{7}\\u{9b}2J\\u{202e}\\u{2028}";

const user = {
  ...{ username: EVIL, roles: [EVIL as Role], disabled: true, hasFactor: true, locked: true },
};
const adjusted = { transactionId: EVIL, balance: cents(1) };
const times = { startedAt: EVIL, lastActiveAt: EVIL };
const results: { readonly [M in OperatorMethod]?: Result<M> } = {
  "admin.users": { users: [user], next: EVIL },
  "admin.show": { ...user, balance: cents(1) },
  "admin.adjust": { proposal: EVIL },
  "admin.approve": adjusted,
  "admin.proposals": {
    proposals: [{ proposal: EVIL, username: EVIL, amount: cents(1), reason: EVIL, proposer: EVIL }],
  },
  "admin.sessions": {
    sessions: [
      {
        ...{ number: EVIL, session: EVIL, username: EVIL, roles: [EVIL], terminal: EVIL },
        ...{ protocol: "modern", ...times },
      },
    ],
    next: EVIL,
  },
  "audit.list": {
    entries: [
      {
        ...{ sequence: EVIL, at: EVIL, who: EVIL, action: EVIL, outcome: EVIL, origin: EVIL },
        ...{ object: EVIL, amount: cents(1), transactionId: EVIL },
      },
    ],
    next: EVIL,
  },
};

it.for(Object.entries(results))("of %s no character does more than be seen", ([method, result]) => {
  const lines = adminLines(method as OperatorMethod, result);
  for (const line of lines) expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  expect(lines.join("\n")).toContain(SHOWN);
});
