/**
 * What the bank writes down of itself: that it starts and stops, that it has taken up other keys,
 * and what its owner's commands have done beside it.
 */

import type { RemoteActor } from "../actor/remote-actor.ts";
import { THE_BANK, THE_OWNER, type Noted } from "../bank/audit-vocabulary.ts";
import { formatDollars, type Cents } from "../bank/money.ts";
import type { PasswordProfile } from "../bank/password-policy.ts";
import type { LedgerReply, LedgerRequest } from "../workers/ledger.ts";
import type { OwnerReport } from "./owner-reports.ts";
import type { Log } from "./log.ts";
import { takeNote } from "./note.ts";

const LEDGER_MS_MAX = 10_000;
const ORIGIN = `process ${process.pid}`;
const COMMANDS = "command line";
const FOLDER = "the bank's folder";

export type RecordContext = { ledger: RemoteActor<LedgerRequest, LedgerReply>; log: Log };

/** How the bank is set up, as far as its security goes. Nothing of it is secret. */
export type Setup = {
  about: { readonly version: string };
  host: string;
  classic: boolean;
  mutualTls: boolean;
  bcryptCost: number;
  passwords?: PasswordProfile | undefined;
  confirmAbove: Cents;
  secondPersonAbove?: Cents | undefined;
};

/** Before anybody is served. Whether the bank was stopped the last time, the ledger finds out. */
export async function recordStart(
  context: RecordContext,
  setup: Setup,
  keyNames: readonly string[],
): Promise<void> {
  const object = `${setupText(setup)} keys: ${keyNames.join(", ")}`;
  if (await isTaken(context, { type: "opened", origin: ORIGIN, object })) return;
  context.log.write({ type: "alarm", message: "the audit lacks the start of the bank" });
}

/** When nobody is served any more: nothing follows it. */
export async function recordStop(context: RecordContext, sessions: number): Promise<void> {
  const object = `${sessions} sessions`;
  const noted: Noted = { action: "stop", outcome: "ok" };
  const note = { type: "note", who: THE_BANK, origin: ORIGIN, object, ...noted } as const;
  if (await isTaken(context, note)) return;
  context.log.write({ type: "alarm", message: "the audit lacks the stop of the bank" });
}

/** Names that are new were made by a rotation; those that are gone are used no more. */
export function recordKeys(
  context: RecordContext,
  before: readonly string[],
  after: readonly string[],
): void {
  const note = (action: "keys.rotate" | "keys.retire", object: string): void => {
    takeNote(context, { peer: FOLDER, who: THE_OWNER, object, action, outcome: "ok" });
  };
  for (const name of after) if (!before.includes(name)) note("keys.rotate", name);
  for (const name of before) if (!after.includes(name)) note("keys.retire", name);
}

/** Once, however often it is told. @returns whether it is in the store, for good. */
export const recordReport = (
  context: RecordContext,
  key: string,
  { action, object }: OwnerReport,
): Promise<boolean> =>
  isTaken(context, {
    ...{ type: "note", key, who: THE_OWNER, origin: COMMANDS, object, action, outcome: "ok" },
  });

async function isTaken({ ledger }: RecordContext, request: LedgerRequest): Promise<boolean> {
  const answer = await ledger.call(request, LEDGER_MS_MAX);
  return answer.ok && answer.reply.type === "done";
}

function setupText(setup: Setup): string {
  const { about, host, classic, mutualTls, bcryptCost, passwords = "any" } = setup;
  const { confirmAbove, secondPersonAbove } = setup;
  const onOff = (isOn: boolean): string => (isOn ? "on" : "off");
  const facts = {
    ...{ version: about.version, host, classic: onOff(classic), "mutual-tls": onOff(mutualTls) },
    ...{ passwords, "bcrypt-cost": bcryptCost, "confirm-above": formatDollars(confirmAbove) },
    ...(secondPersonAbove !== undefined && {
      "second-person-above": formatDollars(secondPersonAbove),
    }),
  };
  return Object.entries(facts)
    .map(([name, fact]) => `${name}=${fact}`)
    .join(" ");
}
