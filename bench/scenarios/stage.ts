/** What every scenario is given: the options, a place for its results, and who listens to it. */

import type { BenchOptions } from "../options.ts";
import type { Results } from "../report/results.ts";

export type Stage = {
  readonly options: BenchOptions;
  readonly results: Results;
  /** Says what is being done. Progress is for people, and goes to stderr. */
  readonly say: (line: string) => void;
  /** What is ended with the scenario, also where it breaks off. Ending twice does no harm. */
  readonly leftovers: AsyncDisposableStack;
};

export type Scenario = (stage: Stage) => Promise<void>;
