/**
 * Builds what runs: src/main.ts and each thread's entry for Node, web/ for the browser, into dist/.
 *
 * `dist/workers/x-main.js` stands to `dist/main.js` as `src/workers/x-main.ts` does to
 * `src/main.ts`, which is how the program finds the files of its threads.
 */
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, extname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { ROOT } from "./node-runtime.mjs";

const STAMP = ".built-from";
/** As esbuild writes it; what is loaded later is a call, `import("…")`. */
const STATIC_IMPORT = /(?:from|import)\s*"\.\/([\w-]+\.js)"/g;
const INPUTS = ["src", "web", "scripts/build.mjs", "package-lock.json", "tsconfig.json"];

/** @type {import("esbuild").BuildOptions} */
const COMMON = { bundle: true, format: "esm", write: false, sourcemap: true, logLevel: "silent" };

/** Whether dist/ was built from the files as they are now. */
export function isBuilt(root = ROOT) {
  const stamp = join(root, "dist", STAMP);
  return existsSync(stamp) && readFileSync(stamp, "utf8") === fingerprint(root);
}

/**
 * Builds into dist/, all or nothing: files there change only once every bundle has succeeded.
 * @throws if a source does not compile; the message is esbuild's, with the place
 */
export async function build(root = ROOT) {
  // Not at the top: most starts only ask whether to build, and should not wait for esbuild to load.
  const { build: bundle } = await import("esbuild");
  // Taken first, so that a file changed during the build makes the next start build again.
  const stamp = fingerprint(root);
  const dist = join(root, "dist");
  const bundles = await Promise.all([
    bundle(forNode(root, dist)),
    ...(existsSync(join(root, "web/main.ts")) ? [bundle(forBrowser(root, dist))] : []),
  ]);
  /** @type {Map<string, Uint8Array>} */
  const outputs = new Map();
  for (const { path, contents } of bundles.flatMap(({ outputFiles }) => outputFiles ?? [])) {
    outputs.set(path, contents);
  }
  for (const [from, to] of pages(root, dist)) outputs.set(to, readFileSync(from));
  preloadImports(outputs, join(dist, "web"));
  outputs.set(join(dist, STAMP), Buffer.from(stamp));
  replaceFiles(dist, outputs);
}

/**
 * @param {string} root
 * @param {string} outdir
 * @returns {import("esbuild").BuildOptions}
 */
function forNode(root, outdir) {
  const threads = filesUnder(join(root, "src/workers")).filter((file) => file.endsWith("-main.ts"));
  const main = join(root, "src/main.ts");
  const entries = [...threads, ...(existsSync(main) ? [main] : [])];
  return {
    ...COMMON,
    entryPoints: entries.map((file) => ({
      in: file,
      out: relative(join(root, "src"), file).slice(0, -extname(file).length),
    })),
    outdir,
    platform: "node",
    target: "node24",
    packages: "external",
  };
}

/**
 * @param {string} root
 * @param {string} dist
 * @returns {import("esbuild").BuildOptions}
 */
function forBrowser(root, dist) {
  return {
    ...COMMON,
    entryPoints: [join(root, "web/main.ts")],
    outdir: join(dist, "web"),
    platform: "browser",
    target: "es2022",
    minify: true,
    // What the page loads later, by `import()`, is a file of its own.
    splitting: true,
    tsconfig: join(root, "web/tsconfig.json"),
    legalComments: "linked",
  };
}

/**
 * Has the page fetch what its script imports beside the script, not after it.
 * @param {Map<string, Uint8Array>} outputs
 * @param {string} web
 */
function preloadImports(outputs, web) {
  if (!outputs.has(join(web, "index.html"))) return;
  const textOf = (/** @type {string} */ file) =>
    new TextDecoder().decode(outputs.get(join(web, file)));
  const imported = new Set(["main.js"]);
  for (const file of imported) {
    for (const [, name = ""] of textOf(file).matchAll(STATIC_IMPORT)) imported.add(name);
  }
  const links = [...imported]
    .filter((file) => file !== "main.js")
    .map((file) => `<link rel="modulepreload" href="/${file}" />`);
  const page = textOf("index.html").replace("</head>", [...links, "</head>"].join("\n"));
  outputs.set(join(web, "index.html"), Buffer.from(page));
}

/**
 * The files that the browser gets as they are: web/*.html, and web/static without its name.
 * @param {string} root
 * @param {string} dist
 * @returns {[from: string, to: string][]}
 */
function pages(root, dist) {
  const web = join(root, "web");
  const still = join(web, "static");
  const isPage = (/** @type {string} */ file) => dirname(file) === web && extname(file) === ".html";
  return [
    ...filesUnder(web).filter(isPage).map(baseIn(dist)),
    ...filesUnder(still).map(baseIn(dist, still)),
  ];
}

/**
 * @param {string} dist
 * @param {string} [from]
 * @returns {(file: string) => [from: string, to: string]}
 */
function baseIn(dist, from) {
  return (file) => [
    file,
    join(dist, "web", from === undefined ? basename(file) : relative(from, file)),
  ];
}

/**
 * Makes `folder` hold exactly `outputs`.
 * @param {string} folder
 * @param {ReadonlyMap<string, Uint8Array>} outputs
 */
function replaceFiles(folder, outputs) {
  for (const file of filesUnder(folder)) if (!outputs.has(file)) rmSync(file);
  for (const [file, contents] of outputs) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, contents);
  }
}

/**
 * Changes whenever an input's name, size or time of change does. Times rather than contents: this
 * is asked at each start, and a needless build costs less than a second.
 * @param {string} root
 */
function fingerprint(root) {
  const hash = createHash("sha256");
  for (const file of INPUTS.flatMap((input) => filesUnder(join(root, input)))) {
    const { size, mtimeMs } = statSync(file);
    hash.update(`${relative(root, file)}\t${size}\t${mtimeMs}\n`);
  }
  return hash.digest("hex");
}

/**
 * Every file in `path`, or `path` itself if it is one, in a fixed order; none if it is missing.
 * @param {string} path
 * @returns {string[]}
 */
function filesUnder(path) {
  if (!existsSync(path)) return [];
  if (statSync(path).isFile()) return [path];
  return readdirSync(path, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await build();
