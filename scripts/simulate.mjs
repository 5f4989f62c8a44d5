/** `npm run simulate`: sets up what is missing, and runs the simulation from its sources. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ROOT } from "./node-runtime.mjs";
import { ensureBuilt, reportingEnvironment, setUp } from "./setup.mjs";

await reportingEnvironment(async () => {
  await setUp(fileURLToPath(import.meta.url));
  await ensureBuilt();
});

// Not at the top: it needs the dependencies, and a Node that strips types.
const { main } = await import("../bench/simulation/main.ts");
process.exitCode = await main(process.argv.slice(2), join(ROOT, "dist", "main.js"));
