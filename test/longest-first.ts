/**
 * The order in which test files begin: those of the folders that start browsers and programs, and
 * wait for them, before all others, so that no long one is left for the end, alone on one core.
 * Vitest knows that itself of files that have run before, but not in a fresh clone.
 */

import { relative } from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";

const LONG = ["system", "simulation", "backup", "cli", "attacks"] as const;

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ project, moduleId }: TestSpecification): number => {
      const [, folder] = relative(project.config.root, moduleId).split(/[/\\]/);
      const place = LONG.findIndex((name) => name === folder);
      return place === -1 ? LONG.length : place;
    };
    // The sort is stable: within a rank the longer or larger file stays first.
    // The base class's own `sort`, and no array's.
    // oxlint-disable-next-line unicorn/no-array-sort
    return (await super.sort(files)).toSorted((one, other) => rank(one) - rank(other));
  }
}
