/** The history thread's entry. */

import { parentPort, workerData } from "node:worker_threads";
import { Control } from "./control.ts";
import { runHistory } from "./history-thread.ts";

if (parentPort === null) throw new Error("this file is a thread's, not a program");
runHistory(parentPort, new Control(workerData.control), workerData.data);
