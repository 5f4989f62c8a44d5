/** A running bank with operators: the first is made as its owner makes it, the others by her. */

import { onTestFinished } from "vitest";
import type { Role } from "../../src/bank/standing.ts";
import { nodeCiphers } from "../../src/ciphers/node.ts";
import { initAdministrator } from "../../src/cli/admin-init.ts";
import { OperatorClient } from "../../src/client/operator-client.ts";
import { TcpTransport } from "../../src/client/tcp-transport.ts";
import { decodeHex } from "../../src/protocol/hex.ts";
import { startTestBank, type TestBank } from "../test-bank.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

export const OPERATOR_PASSWORD = "seven brass lanterns hum";

export type OperatedBank = TestBank & {
  /** A new line, where nobody has logged in. */
  dial: () => Promise<OperatorClient>;
  /** Somebody with a login of their own. */
  as: (username: string) => Promise<OperatorClient>;
  /** The first administrator. */
  ada: OperatorClient;
  hire: (username: string, roles: readonly Role[]) => Promise<OperatorClient>;
};

/** Makes the administrator `ada` in a folder of its own. */
export async function initFolder(folder = temporaryFolder()): Promise<string> {
  const passwordFile = join(temporaryFolder(), "password");
  writeFileSync(passwordFile, `${OPERATOR_PASSWORD}\n`);
  await initAdministrator({ user: "ada", passwordFile, data: folder, bcryptCost: 4, json: true });
  return folder;
}

/** In a folder where ada is an administrator, or in a new one. */
export async function startOperatedBank(
  over: Parameters<typeof startTestBank>[0] = {},
): Promise<OperatedBank> {
  const folder = over.folder ?? (await initFolder());
  const bank = await startTestBank({ ...over, folder });
  const dial = async (): Promise<OperatorClient> => {
    const client = await OperatorClient.connect(
      () => new TcpTransport("127.0.0.1", bank.bank.port),
      nodeCiphers,
      decodeHex(bank.bank.publicKey),
    );
    onTestFinished(() => client.close());
    return client;
  };
  const as = async (username: string): Promise<OperatorClient> => {
    const client = await dial();
    await client.logIn(username, OPERATOR_PASSWORD);
    return client;
  };
  const ada = await as("ada");
  const hire = async (username: string, roles: readonly Role[]): Promise<OperatorClient> => {
    await (await dial()).signUp(username, OPERATOR_PASSWORD);
    await ada.call("admin.setRoles", { username, roles });
    return as(username);
  };
  return { ...bank, dial, as, ada, hire };
}
