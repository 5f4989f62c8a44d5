/**
 * The rules of the house that no linter knows, each a function from files to the breaches in them.
 *
 * They read text, not syntax: simple enough to trust, strict enough to notice.
 */
import { dirname, join } from "node:path/posix";

/** A file of the tree: its path from the root, with forward slashes, and what it holds. */
export type SourceFile = { path: string; text: string };

/** One sentence for each breach, starting with the path. */
export type Rule = (files: readonly SourceFile[]) => string[];

type Import = { from: string; typeOnly: boolean };

const LINES_MAX = 400;
const COLUMNS_MAX = 100;

/** Which folders of ours each folder may import; those not named here may import any. */
const ARROWS: Record<string, readonly string[]> = {
  "src/bank": [],
  "src/actor": [],
  "src/protocol": ["src/bank"],
  "src/ciphers": ["src/protocol"],
  "src/workers": ["src/bank", "src/protocol", "src/actor", "src/ciphers"],
  "src/server": ["src/bank", "src/protocol", "src/actor", "src/ciphers"],
  "src/backup": ["src/bank", "src/protocol", "src/ciphers", "src/workers", "src/server"],
  "src/client": ["src/bank", "src/protocol", "src/ciphers"],
  web: ["src/bank", "src/protocol", "src/client", "src/ciphers"],
};

/** Folders that may name another's types, though nothing that runs. */
const TYPE_ARROWS: Record<string, readonly string[]> = { "src/server": ["src/workers"] };

const ISOMORPHIC = ["src/bank/", "src/actor/", "src/protocol/", "src/ciphers/noble.ts", "web/"];

/** Where an actor meets another thread: the one file of the kernel that knows Node's ports. */
const ISOMORPHIC_BUT = /^src\/actor\/port\.ts$/;

const isProgram = ({ path }: SourceFile) => path.startsWith("src/") || path.startsWith("web/");
const isCode = ({ path }: SourceFile) => /\.(ts|mjs)$/.test(path);

/** No file of the program is so long that it must be about more than one thing. */
export const noLongFiles: Rule = (files) =>
  files
    .filter((file) => isProgram(file) && isCode(file))
    .map(({ path, text }) => ({ path, lines: text.split("\n").length - 1 }))
    .filter(({ lines }) => lines > LINES_MAX)
    .map(({ path, lines }) => `${path} has ${lines} lines, over ${LINES_MAX}`);

export const noLongLines: Rule = (files) =>
  linesMatching(files.filter(isCode), (line) => [...line].length > COLUMNS_MAX).map(
    (place) => `${place} is over ${COLUMNS_MAX} columns`,
  );

/** Imports follow the arrows of docs/style.md. */
export const importsFollowArrows: Rule = (files) =>
  files.filter(isCode).flatMap((file) => {
    const folder = folderOf(file.path);
    const allowed = folder === undefined ? undefined : ARROWS[folder];
    if (folder === undefined || allowed === undefined) return [];
    const types = TYPE_ARROWS[folder] ?? [];
    return importsOf(file)
      .filter(({ from }) => from.startsWith("."))
      .map(({ from, typeOnly }) => ({ target: join(dirname(file.path), from), typeOnly }))
      .filter(({ target, typeOnly }) => {
        const other = folderOf(target) ?? target;
        if (other === folder || allowed.includes(other)) return false;
        return !(typeOnly && types.includes(other));
      })
      .map(({ target }) => `${file.path} may not import ${target}`);
  });

/** What runs in the browser too, and the rules of the bank, know nothing of Node. */
export const noNodeInIsomorphicCode: Rule = (files) =>
  files
    .filter(({ path }) => ISOMORPHIC.some((prefix) => path.startsWith(prefix)))
    .filter(({ path }) => !ISOMORPHIC_BUT.test(path))
    .flatMap((file) =>
      importsOf(file)
        .filter(({ from }) => from.startsWith("node:"))
        .map(({ from }) => `${file.path} may not import ${from}`),
    );

/**
 * A rule that at most `filesMax` files of the program import `module`. Its types do not count: who
 * is handed a socket must be able to say so.
 */
export const namedInAtMost =
  (filesMax: number, module: string): Rule =>
  (files) => {
    const users = files
      .filter((file) => isProgram(file) && importsToRun(file).includes(module))
      .map(({ path }) => path);
    return users.length > filesMax
      ? [`${users.join(", ")} import ${module}, over ${filesMax} in number`]
      : [];
  };

/** A file is named after what it is; a barrel, or a drawer for anything, is not a thing. */
export const noDrawers: Rule = (files) =>
  files
    .filter(({ path }) =>
      /(^|[/-])(utils?|commons?|helpers?|managers?|services?)[./-]|(^|\/)index\.ts$/.test(path),
    )
    .map(({ path }) => `${path} is not named after what it is`);

/** A file says in its first lines what it is. */
export const startsWithDocComment: Rule = (files) =>
  files
    .filter((file) => isCode(file) && !/^(#!.*\n)?\/\*\*/.test(file.text))
    .map(({ path }) => `${path} does not begin with a doc comment`);

/** Security requirement 16: random numbers come from the system's secure source. */
export const noWeakRandom: Rule = (files) =>
  linesMatching(files.filter(isProgram), (line) => line.includes("Math.random")).map(
    (place) => `${place} uses Math.random`,
  );

/**
 * Security requirement 12: what authenticates is compared in constant time. Lengths, types and
 * missing values may be compared as usual.
 */
export const noEarlyEndingComparison: Rule = (files) => {
  const name = /[\w.#]*(mac|tag|digest)/i.source;
  const left = new RegExp(
    `(?<!typeof )(?<![\\w.#])${name}\\s*[!=]==?(?!=|\\s*(null|undefined))`,
    "i",
  );
  const right = new RegExp(
    `(?<!(typeof [\\w.]+|null|undefined) )[!=]==?\\s*${name}(?![\\w.(\\[])`,
    "i",
  );
  return linesMatching(
    files.filter(({ path }) => path.startsWith("src/protocol/")),
    (line) => left.test(line) || right.test(line),
  ).map(
    (place) => `${place} compares a secret with an operator that stops at the first difference`,
  );
};

/** Nothing is left for later, and no test is switched off or alone switched on. */
export const nothingLeftOpen: Rule = (files) => {
  const note = /\b(TODO|FIXME|XXX)\b/;
  const modifier = /\b(it|test|describe|suite)(\.\w+)*\.(skip|skipIf|only|todo|fails|runIf)\b/;
  return linesMatching(files, (line) => note.test(line) || modifier.test(line)).map(
    (place) => `${place} leaves something open`,
  );
};

/** The lock file holds versions and hashes, and works with any registry. */
export const noRegistryInLock: Rule = (files) =>
  linesMatching(
    files.filter(({ path }) => path === "package-lock.json"),
    (line) => line.includes('"resolved"') || /https?:\/\/[^"]*registry/.test(line),
  ).map((place) => `${place} names a registry`);

/** What was tested is what gets installed. */
export const exactVersions: Rule = (files) =>
  files
    .filter(({ path }) => path === "package.json")
    .flatMap(({ path, text }) => {
      const manifest = JSON.parse(text) as Record<string, Record<string, string> | undefined>;
      return ["dependencies", "devDependencies", "optionalDependencies"]
        .flatMap((group) => Object.entries(manifest[group] ?? {}))
        .filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))
        .map(([name, version]) => `${path} asks for ${name} ${version}, which is no exact version`);
    });

/** `src/bank/money.ts` is in `src/bank`, `web/atm/flow.ts` in `web`; `src/main.ts` in none. */
function folderOf(path: string): string | undefined {
  return /^(src\/[^/]+(?=\/)|web(?=\/))/.exec(path)?.[0];
}

/** The modules that a file names, however it does: import, export from, or import(). */
function importsOf({ text }: SourceFile): Import[] {
  const statements = /^\s*(?:import|export)\s+(type\s)?(?:[^"';]*?\sfrom\s+)?"([^"]+)"/gm;
  const calls = /\bimport\(\s*"([^"]+)"/g;
  return [
    ...[...text.matchAll(statements)].map(([, type, from = ""]) => ({
      from,
      typeOnly: type !== undefined,
    })),
    ...[...text.matchAll(calls)].map(([, from = ""]) => ({ from, typeOnly: false })),
  ];
}

function importsToRun(file: SourceFile): string[] {
  return importsOf(file)
    .filter(({ typeOnly }) => !typeOnly)
    .map(({ from }) => from);
}

/** The places, as `path:line`, of the lines that match. */
function linesMatching(files: readonly SourceFile[], matches: (line: string) => boolean): string[] {
  return files.flatMap(({ path, text }) =>
    text.split("\n").flatMap((line, index) => (matches(line) ? [`${path}:${index + 1}`] : [])),
  );
}
