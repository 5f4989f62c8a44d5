/** docs/protocol.md as tests read it: as it stands, on one line, and by the names of examples. */
import { readFileSync } from "node:fs";

export const documentText = readFileSync(
  new URL("../../docs/protocol.md", import.meta.url),
  "utf8",
);

/** The same with every run of white space as one space, so that line breaks do not matter. */
export const documentProse = documentText.replaceAll(/\s+/g, " ");

/** The code block of this name in a worked example. */
export function example(name: string): string {
  const match = new RegExp(`^\`\`\`\\w+ ${name}\\n([^\`]*)\\n\`\`\`$`, "m").exec(documentText);
  if (match === null) throw new Error(`docs/protocol.md has no example "${name}"`);
  return match[1]!;
}

/** A block of hex digits, which may stand in several lines. */
export const exampleHex = (name: string): string => example(name).replaceAll("\n", "");

export const figure = (value: number): string => value.toLocaleString("en-US");
