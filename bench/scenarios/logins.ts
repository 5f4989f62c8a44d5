/** Logins as fast as they go, at the full cost of their passwords. */

import { setTimeout as sleep } from "node:timers/promises";
import { startBankProcess } from "../bank/bank-process.ts";
import { fillFolder, loginUsers, scratchFolder } from "../bank/scratch-folder.ts";
import { LoginLoop } from "../load/login-loop.ts";
import { latencyOf } from "../report/results.ts";
import type { Scenario } from "./stage.ts";

export const LOGIN_CLIENTS = 8;
/** Some nine logins happen in a second on two cores, so a short run would count hardly any. */
const DURATION_MS_MIN = 2_000;

export const logins: Scenario = async ({ options, results, say }) => {
  const folder = scratchFolder();
  fillFolder(folder, 0, LOGIN_CLIENTS, options.loginCost);
  const bank = await startBankProcess(folder, options.program, options.loginCost);
  say(`  ${LOGIN_CLIENTS} clients looping on log-in`);
  const loop = new LoginLoop(bank, loginUsers(LOGIN_CLIENTS));
  await sleep(options.warmUpMs);
  loop.restart();
  await sleep(Math.max(DURATION_MS_MIN, options.durationMs));
  loop.finish();
  await loop.stop();
  const { perSecond, latency } = loop.measured;
  await bank.stop();
  const { p50, p99 } = latencyOf(latency);
  results.addFigure("logins.perSecond", `logins, ${LOGIN_CLIENTS} clients`, perSecond, "logins/s");
  results.addFigure("logins.p50", "… p50", p50, "ms");
  results.addFigure("logins.p99", "… p99", p99, "ms");
};
