/**
 * The built page, read into memory once when the ATM starts: it is a handful of files, a rebuild
 * under a running ATM cannot mix two versions, and no request reaches the file system.
 */

import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { extname, join, sep } from "node:path";

export type PageFile = { body: Buffer; type: string; etag: string };

/** The files by their path on the web, `/` first: `/main.js`. */
export type PageFiles = ReadonlyMap<string, PageFile>;

/** The addresses that all show the one page; it finds its screen from the address itself. */
const PAGE_ROUTES = ["/", "/signup", "/action"];

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".webmanifest": "application/manifest+json",
  ".map": "application/json",
  ".txt": "text/plain; charset=utf-8",
};

/** @throws Error if `root` cannot be read or has no index.html. */
export async function readPageFiles(root: string): Promise<PageFiles> {
  const files = new Map<string, PageFile>();
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    const type = TYPES[extname(entry.name)];
    if (!entry.isFile() || type === undefined) continue;
    const path = join(entry.parentPath, entry.name);
    const body = await readFile(path);
    const etag = `"${createHash("sha256").update(body).digest("base64url")}"`;
    files.set(`/${path.slice(join(root, sep).length).split(sep).join("/")}`, { body, type, etag });
  }
  const page = files.get("/index.html");
  if (page === undefined) throw new Error(`no index.html in ${root}: the page is not built`);
  for (const route of PAGE_ROUTES) files.set(route, page);
  return files;
}
