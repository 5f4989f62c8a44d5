/**
 * Where customers call from. The bank keeps a cash vault for each address; ATM number N calls from
 * 127.0.0.N where the system has that address, as the ATM process does.
 */

import { connect, createServer, type Socket } from "node:net";

/** Beyond, the attackers have theirs. */
const TERMINALS_MAX = 200;
const ATTACKER_TERMINALS = 50;
const CUSTOMERS_A_TERMINAL = 25;
const SECOND_ADDRESS = "127.0.0.2";

export type Terminals = {
  /** How many ATMs there are; 1 where the system has one loopback address. */
  readonly count: number;
  terminalOf(person: number): number;
  /** An address where no customer is; null where there is no other. */
  attackerTerminalOf(person: number): number | null;
};

/** @param host Where the bank is: only from its own machine it is called from several addresses. */
export async function findTerminals(host: string, customers: number): Promise<Terminals> {
  const isNumbered = host === "127.0.0.1" && (await hasAddress(SECOND_ADDRESS));
  const wanted = Math.ceil(customers / CUSTOMERS_A_TERMINAL);
  const count = isNumbered ? Math.min(TERMINALS_MAX, Math.max(1, wanted)) : 1;
  return {
    count,
    terminalOf: (person) => 1 + (person % count),
    attackerTerminalOf: (person) =>
      isNumbered ? TERMINALS_MAX + 1 + (person % ATTACKER_TERMINALS) : null,
  };
}

/** Calls the bank; the line may still fail to come up. */
export function dial(bank: { host: string; port: number }, terminal: number): Socket {
  const localAddress = terminal === 1 ? {} : { localAddress: `127.0.0.${terminal}` };
  return connect({ ...bank, ...localAddress, noDelay: true });
}

function hasAddress(host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ host, port: 0 }, () => server.close(() => resolve(true)));
  });
}
