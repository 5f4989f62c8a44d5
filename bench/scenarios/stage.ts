/** What every scenario is given: the options, a place for its results, and who listens to it. */

import type { BenchOptions } from "../options.ts";
import type { Results } from "../report/results.ts";

export type Stage = {
  readonly options: BenchOptions;
  readonly results: Results;
  /** Says what is being done. Progress is for people, and goes to stderr. */
  readonly say: (line: string) => void;
};

export type Scenario = (stage: Stage) => Promise<void>;
