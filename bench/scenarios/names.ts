/**
 * The scenarios, in the order in which they run: later ones compare with what earlier ones found.
 */

export const SCENARIOS = [
  "start",
  "page",
  "ceilings",
  "ledger",
  "transactions",
  "logins",
  "open-loop",
  "idle",
  "large",
] as const;

export type ScenarioName = (typeof SCENARIOS)[number];
