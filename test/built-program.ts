/** `secure-atm` as its users run it: built. From the sources a process would take far longer. */

import { fileURLToPath } from "node:url";
import { isBuilt } from "../scripts/build.mjs";

if (!isBuilt())
  throw new Error("dist/ is not of these sources: run `npm run build`, or `npm test`");

export const PROGRAM = fileURLToPath(new URL("../dist/main.js", import.meta.url));
