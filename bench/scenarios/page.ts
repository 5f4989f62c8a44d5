/** The ATM's page: what a browser has to load, and when it shows something. */

import { dirname, join } from "node:path";
import { chromium } from "playwright-core";
import { findBrowser } from "../../scripts/browser.mjs";
import { startAtm } from "../../src/client/atm.ts";
import { BUILT_PROGRAM, startBankProcess } from "../bank/bank-process.ts";
import { fillFolder, scratchFolder } from "../bank/scratch-folder.ts";
import { firstScripts } from "./page-scripts.ts";
import type { Scenario } from "./stage.ts";

const PAINTS = 5;
const PAINTS_QUICK = 3;

export const page: Scenario = async ({ options, results, say }) => {
  say("  the ATM's page");
  const webRoot = join(dirname(BUILT_PROGRAM), "web");
  const { kilobytes } = firstScripts(webRoot);
  results.addFigure("page.kilobytes", "script of the ATM page, gzip", kilobytes, "KB");
  const browser = findBrowser();
  if (browser === undefined) {
    results.skipped.push({ what: "first paint", reason: "no Chrome, Chromium or Edge is here" });
    return;
  }
  const folder = scratchFolder();
  fillFolder(folder, 0, 0);
  const bank = await startBankProcess(folder, options.program);
  const { publicKey: bankKey } = bank;
  const log = (): void => undefined;
  const atm = await startAtm({ number: 1, port: 0, bank, bankKey, webRoot, log });
  const paints = await firstPaints(browser, atm.url, options.quick ? PAINTS_QUICK : PAINTS);
  await atm.close();
  await bank.stop();
  const median = paints.toSorted((a, b) => a - b)[Math.floor(paints.length / 2)]!;
  results.addFigure("page.paintSeconds", "first paint, median", median / 1_000, "s");
};

/** First contentful paints in ms, each in a browser context with an empty cache. */
async function firstPaints(executablePath: string, url: string, times: number): Promise<number[]> {
  const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  const browser = await chromium.launch({ executablePath, args });
  try {
    const paints: number[] = [];
    for (let time = 0; time < times; time++) {
      const context = await browser.newContext();
      const tab = await context.newPage();
      await tab.goto(url);
      paints.push(await tab.evaluate(FIRST_PAINT));
      await context.close();
    }
    return paints;
  } finally {
    await browser.close();
  }
}

/** Runs in the page: the time from navigation to the first contentful paint. */
const FIRST_PAINT = `new Promise((resolve) => {
  new PerformanceObserver((list) => {
    for (const { name, startTime } of list.getEntries()) {
      if (name === "first-contentful-paint") resolve(startTime);
    }
  }).observe({ type: "paint", buffered: true });
})`;
