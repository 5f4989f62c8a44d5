/**
 * Run as a process of its own: takes a backup, and is killed where it makes the names in a folder
 * durable for the given time, before it does. Those are the ends of its steps.
 */

import { takeBackup } from "../../src/backup/take-backup.ts";
import { PASSPHRASE } from "./backup-stage.ts";

const [data = "", to = "", keysTo = "", steps = ""] = process.argv.slice(2);
let left = Number(steps);
await takeBackup({
  ...{ data, to, keysTo, passphrase: PASSPHRASE, now: Date.now },
  signal: new AbortController().signal,
  sync: () => {
    left -= 1;
    if (left === 0) process.kill(process.pid, "SIGKILL");
  },
});
