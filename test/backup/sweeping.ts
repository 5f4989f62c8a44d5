/** Run as a process of its own: says that it is about to, and sweeps away drafts of a folder. */

import { writeSync } from "node:fs";
import { sweepDrafts } from "../../src/backup/draft-folder.ts";

const [folder = ""] = process.argv.slice(2);
writeSync(process.stdout.fd, "looking\n");
sweepDrafts(folder);
