/** The ceiling of sockets: as many messages of the same sizes, and nothing done with them. */

import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { Load, type LoadOptions } from "../load/load.ts";
import type { EchoSizes } from "./echo-process.ts";

/** A classic request and its reply on the wire: a deposit of some dollars (docs/protocol.md). */
export const CLASSIC_SIZES: EchoSizes = { requestBytes: 230, replyBytes: 140 };

type EchoLoad = Pick<LoadOptions, "connections" | "inFlight" | "threads" | "seed">;

/** An echo in a process of its own, with a load that is open to it. */
export type Echo = { readonly load: Load; close(): Promise<void> };

export async function openEcho(options: EchoLoad): Promise<Echo> {
  const script = fileURLToPath(new URL("./echo-process.ts", import.meta.url));
  const { requestBytes, replyBytes } = CLASSIC_SIZES;
  const child = fork(script, [String(requestBytes), String(replyBytes)]);
  try {
    const port = await new Promise<number>((resolve, reject) => {
      child.once("message", (message) => resolve((message as { port: number }).port));
      child.once("exit", () => reject(new Error("the echo did not start")));
    });
    const load = await Load.open({
      ...options,
      ...{ protocol: "echo", target: { host: "127.0.0.1", port }, echo: CLASSIC_SIZES },
      ...{ users: [{ name: "nobody", password: "" }], depositPercent: 50 },
    });
    return {
      load,
      async close() {
        await load.close();
        child.kill();
      },
    };
  } catch (error) {
    child.kill();
    throw error;
  }
}
