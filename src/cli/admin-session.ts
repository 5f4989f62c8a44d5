/** One call of an operator: a login, the call, a logout; and what is printed of it. */

import { nodeCiphers } from "../ciphers/node.ts";
import { Refused } from "../client/modern-errors.ts";
import { OperatorClient } from "../client/operator-client.ts";
import { METHOD_CODECS } from "../protocol/method-codecs.ts";
import type { Params, Result } from "../protocol/methods.ts";
import type { OperatorMethod } from "../protocol/operator-methods.ts";
import { adminLines } from "./admin-texts.ts";
import { trustedKey, type TrustFlags } from "./atm-command-bank.ts";
import { CODE_QUESTION, askCode, codeRefused } from "./atm-command-code.ts";
import { failureOf } from "./atm-command-failure.ts";
import { fetchPassword } from "./atm-command-password.ts";
import { openTerminal, type Terminal } from "./atm-command-terminal.ts";
import { CommandFailed } from "./exit.ts";
import { dialer, readTls, type TlsFlags } from "./tls-options.ts";

export type OperatorFlags = TrustFlags &
  TlsFlags & { user: string; passwordFile?: string; code?: string; json: boolean };

export async function operate<M extends OperatorMethod>(
  flags: OperatorFlags,
  method: M,
  params: Params<M>,
  terminal: Terminal = openTerminal(),
): Promise<void> {
  try {
    const result = await asked(flags, method, params, terminal);
    const json = JSON.stringify({
      ...{ ok: true, command: method },
      result: METHOD_CODECS[method].encodeResult(result),
    });
    for (const line of flags.json ? [json] : adminLines(method, result)) terminal.print(line);
  } catch (error) {
    const failure = failureOf(error);
    if (failure === null) throw error;
    const { code, ...told } = failure;
    const json = JSON.stringify({ ok: false, command: method, error: told });
    if (flags.json) terminal.print(json);
    throw new CommandFailed(code, failure.message + hintOf(failure.kind, params));
  } finally {
    terminal.close();
  }
}

async function asked<M extends OperatorMethod>(
  flags: OperatorFlags,
  method: M,
  params: Params<M>,
  terminal: Terminal,
): Promise<Result<M>> {
  const dial = dialer({ ...flags.bank, ...readTls(flags) });
  const key = await trustedKey(flags, terminal.isInteractive ? terminal.ask : null);
  const password = await fetchPassword("own", flags.passwordFile, terminal);
  const client = await OperatorClient.connect(dial, nodeCiphers, key);
  try {
    await logIn(client, flags, password, terminal);
    return await client.call(method, params);
  } finally {
    // Whoever leaves says so, refused or not: a line that ends without it is on record as cut.
    await client.logOut().catch(() => undefined);
    client.close();
  }
}

/** The bank says that it wants a code once the password was right: whoever sits there is asked. */
async function logIn(
  client: OperatorClient,
  { user, code }: OperatorFlags,
  password: string,
  terminal: Terminal,
): Promise<void> {
  try {
    await client.logIn(user, password, code);
  } catch (error) {
    const isWanted = error instanceof Refused && error.kind === "code_required";
    const typed = isWanted ? await askCode(terminal, CODE_QUESTION) : null;
    if (typed === null) throw error;
    await client.logIn(user, password, typed).catch((refusal: unknown) => {
      throw codeRefused(refusal, "the code");
    });
  }
}

/** What to do next, where it is not plain. */
function hintOf(kind: string, params: object): string {
  if (kind === "code_required") return " Give it with --code.";
  if (kind === "weak_password") return " Change it: secure-atm atm --user NAME -- password";
  // A line that is lost leaves it open whether an adjustment was made: its key finds out.
  return kind === "line_lost" && "idempotencyKey" in params
    ? ` Ask again with --key ${String(params.idempotencyKey)}`
    : "";
}
