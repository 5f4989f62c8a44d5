/**
 * A thread of customers who ask for pages: a heap of its own, so that what the bench keeps of the
 * loads before is not collected in the midst of a page.
 */

import { once } from "node:events";
import type { RecordableHistogram } from "node:perf_hooks";
import { Worker, isMainThread, parentPort, workerData } from "node:worker_threads";
import type { User } from "./line.ts";
import { readPages, type PagesOf } from "./page-readers.ts";

type Plan = {
  bank: PagesOf;
  users: readonly User[];
  warmUpMs: number;
  durationMs: number;
};

if (!isMainThread && parentPort !== null) {
  const { bank, users, warmUpMs, durationMs } = workerData as Plan;
  await readPages(bank, users, warmUpMs);
  parentPort.postMessage(await readPages(bank, users, durationMs));
}

/** How long each page took, in ns. @throws Error if a customer could not read one. */
export async function readPagesInThread(plan: Plan): Promise<RecordableHistogram> {
  const worker = new Worker(new URL(import.meta.url), { workerData: plan, name: "readers" });
  const [latency] = (await once(worker, "message")) as [RecordableHistogram];
  await worker.terminate();
  return latency;
}
