/** The bank as the tests of the load test run it: from its sources, so that no build can be old. */

import { fileURLToPath } from "node:url";

export const programFile = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
