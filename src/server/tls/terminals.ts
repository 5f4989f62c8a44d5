/**
 * The terminals that the bank knows: which certificates it has enrolled, and which of them are
 * revoked, in `tls/terminals.json`. The commands change it; a running bank looks for each line.
 */

import { readFileSync, rmSync, writeFileSync } from "node:fs";
import type { TLSSocket } from "node:tls";
import { fresh } from "../keys/fresh-file.ts";
import { readIfThere, replaceSecretFile } from "../keys/secret-file.ts";
import { CertificateUnusable, tlsFiles } from "./files.ts";

export type EnrolledCertificate = {
  /** The terminal's name. After a renewal it has several certificates. */
  name: string;
  /** SHA-256 of the certificate, as node:crypto writes it. */
  fingerprint: string;
  validUntilMs: number;
  revokedAtMs: number | null;
};

/** Why a line is not a terminal's. */
export type TerminalRefusal =
  | "not_authorized" //     TLS did not find the certificate good.
  | "no_certificate"
  | "expired"
  | "not_enrolled"
  | "revoked"
  | "register_unreadable";

/** `name` is null where terminals need no certificate. */
export type TerminalVerdict =
  | { ok: true; name: string | null }
  | { ok: false; reason: TerminalRefusal };

/**
 * Makes the check of every line, to be asked once its handshake is done and as often as wanted
 * after: a terminal that was revoked meanwhile is refused at once.
 *
 * It trusts nothing of an earlier connection. A resumed session repeats no check of the
 * certificate, and Node calls it authorized even where it holds none.
 */
export function terminalCheck(
  folder: string,
  { mutual, now = Date.now }: { mutual: boolean; now?: () => number },
): (socket: TLSSocket) => TerminalVerdict {
  if (!mutual) return () => ({ ok: true, name: null });
  const register = fresh(tlsFiles.register(folder), () => readRegister(folder));
  const refused = (reason: TerminalRefusal): TerminalVerdict => ({ ok: false, reason });
  return (socket) => {
    if (!socket.authorized) return refused("not_authorized");
    const certificate = socket.getPeerX509Certificate();
    if (certificate === undefined) return refused("no_certificate");
    const nowMs = now();
    const isValid =
      certificate.validFromDate.getTime() <= nowMs && nowMs <= certificate.validToDate.getTime();
    if (!isValid) return refused("expired");
    const known = orNull(register);
    if (known === null) return refused("register_unreadable");
    const entry = known.find(({ fingerprint }) => fingerprint === certificate.fingerprint256);
    if (entry === undefined) return refused("not_enrolled");
    return entry.revokedAtMs === null ? { ok: true, name: entry.name } : refused("revoked");
  };
}

/** All that were ever enrolled, in that order. @throws CertificateUnusable */
export function readRegister(folder: string): EnrolledCertificate[] {
  const path = tlsFiles.register(folder);
  const text = readIfThere(path);
  if (text === null) return [];
  const damaged = new CertificateUnusable(`${path} is not a register of terminals`);
  let rows: unknown;
  try {
    rows = JSON.parse(text);
  } catch {
    throw damaged;
  }
  if (!Array.isArray(rows) || !rows.every(isEntry)) throw damaged;
  return rows;
}

/**
 * Changes the register, alone: two commands at a time could undo a revocation. `change` may take
 * its time; what it throws leaves the register as it was.
 * @throws CertificateUnusable if it is being changed, or is damaged.
 */
export async function changeRegister(
  folder: string,
  change: (rows: EnrolledCertificate[]) => Promise<EnrolledCertificate[]>,
): Promise<void> {
  const path = tlsFiles.register(folder);
  const unlock = lock(`${path}.lock`);
  try {
    const rows = await change(readRegister(folder));
    replaceSecretFile(path, `${JSON.stringify(rows, null, 2)}\n`);
  } finally {
    unlock();
  }
}

/** @returns what gives the lock back. */
function lock(path: string): () => void {
  try {
    writeFileSync(path, `${process.pid}\n`, { flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    const holder = readFileSync(path, "utf8").trim();
    throw new CertificateUnusable(
      `process ${holder} is changing the terminals; if there is no such process, delete ${path}`,
    );
  }
  return () => rmSync(path);
}

/** A register that cannot be read, for whatever reason, lets nobody in and ends nothing else. */
function orNull(register: () => EnrolledCertificate[]): EnrolledCertificate[] | null {
  try {
    return register();
  } catch {
    return null;
  }
}

function isEntry(row: unknown): row is EnrolledCertificate {
  if (typeof row !== "object" || row === null) return false;
  const { name, fingerprint, validUntilMs, revokedAtMs } = row as Partial<EnrolledCertificate>;
  const isText = typeof name === "string" && typeof fingerprint === "string";
  const isRevocation = revokedAtMs === null || typeof revokedAtMs === "number";
  return isText && typeof validUntilMs === "number" && isRevocation;
}
