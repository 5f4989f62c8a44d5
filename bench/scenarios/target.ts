/**
 * A server elsewhere, or another one here, that speaks the classic protocol: the same load, on
 * customers that sign up over the wire. Its books are out of reach, so the proof is from outside.
 */

import { nodeCiphers } from "../../src/ciphers/node.ts";
import { ClassicClient } from "../../src/client/classic-client.ts";
import { TcpTransport } from "../../src/client/tcp-transport.ts";
import { Load } from "../load/load.ts";
import type { User } from "../load/line.ts";
import type { Target } from "../load/socket.ts";
import { Evidence } from "../proof/proof.ts";
import { runResult } from "../report/results.ts";
import { PASSWORD } from "../bank/scratch-folder.ts";
import { accountsFor } from "./bank-under-load.ts";
import type { Scenario } from "./stage.ts";

export const targeted: Scenario = async ({ options, results, say }) => {
  const { target, connections, threads, depositPercent, seed, warmUpMs, durationMs } = options;
  if (target === null) throw new Error("this scenario is for a target");
  const run = crypto.randomUUID().slice(0, 8);
  const users = Array.from({ length: accountsFor(connections) }, (_, index) => ({
    ...{ name: `bench-${run}-${index}`, password: PASSWORD },
  }));
  say(`  signing up ${users.length} customers`);
  for (const user of users) await signUp(target, user);
  const shape = { protocol: "classic", target, users, connections, inFlight: 1 } as const;
  const load = await Load.open({ ...shape, threads, depositPercent, seed });
  const evidence = new Evidence(users);
  const measure = async (name: string, title: string, perSecond: number | null) => {
    say(`  ${title}`);
    const measured = await load.run({ perSecond, warmUpMs, durationMs });
    const about = { name, title, offeredPerSecond: perSecond };
    results.runs.push(runResult(about, measured, null));
    evidence.add(measured.observations);
    return measured.perSecond;
  };
  const most = await measure("target", `${target.host}:${target.port}, closed loop`, null);
  await measure("target-half", "open loop at half of it", most / 2);
  await load.close();
  results.proofs.push(evidence.proveFromOutside("the target, from outside: linearizable", users));
};

async function signUp({ host, port }: Target, { name, password }: User): Promise<void> {
  const client = new ClassicClient(new TcpTransport(host, port), nodeCiphers);
  const result = await client.signUp(name, password);
  client.close();
  if (result.type !== "signed_up") throw new Error(`${name} could not sign up: ${result.type}`);
}
