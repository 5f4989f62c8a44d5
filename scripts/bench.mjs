/** `npm run bench`: sets everything up, and runs the load test of bench/. Arguments go to it. */
import { fileURLToPath } from "node:url";
import { ensureBuilt, reportingEnvironment, setUp } from "./setup.mjs";

await reportingEnvironment(async () => {
  await setUp(fileURLToPath(import.meta.url));
  await ensureBuilt();
});

// Not at the top: it needs the right Node and the dependencies.
await import("../bench/main.ts");
