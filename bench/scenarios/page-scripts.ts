/** The scripts of the built ATM page, as a browser loads them. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const STATIC_IMPORT = /(?:from|import)\s*"\.\/([\w-]+\.js)"/g;

/** What the page cannot start without: not what it loads later, by `import()`. */
export function firstScripts(webRoot: string): { text: string; kilobytes: number } {
  const texts: string[] = [];
  const names = new Set(["main.js"]);
  for (const name of names) {
    const text = readFileSync(join(webRoot, name), "utf8");
    texts.push(text);
    for (const [, imported = ""] of text.matchAll(STATIC_IMPORT)) names.add(imported);
  }
  const bytes = texts.reduce((sum, text) => sum + gzipSync(text, { level: 9 }).length, 0);
  return { text: texts.join("\n"), kilobytes: bytes / 1_024 };
}
