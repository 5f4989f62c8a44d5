/** The ledger thread's entry. */

import { parentPort, workerData } from "node:worker_threads";
import { Control } from "./control.ts";
import { runLedger } from "./ledger-thread.ts";

if (parentPort === null) throw new Error("this file is a thread's, not a program");
runLedger(parentPort, new Control(workerData.control), workerData.data);
