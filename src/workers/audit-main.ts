/** The audit thread's entry. */

import { workerData } from "node:worker_threads";
import { runAudit } from "./audit-thread.ts";
import { Control } from "./control.ts";

runAudit(new Control(workerData.control), workerData.data);
