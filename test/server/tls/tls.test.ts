/** Attacks the bank's TLS over real sockets: what it offers, and whom it lets in. */

import { X509Certificate } from "node:crypto";
import { writeFileSync } from "node:fs";
import type { ConnectionOptions } from "node:tls";
import { describe, expect, it } from "vitest";
import {
  initAuthority,
  issueTerminal,
  renewTerminal,
  revokeTerminal,
} from "../../../src/server/tls/authority.ts";
import type { Certified } from "../../../src/server/tls/certificates.ts";
import { terminalCheck } from "../../../src/server/tls/terminals.ts";
import { bankTlsOptions } from "../../../src/server/tls/options.ts";
import { tlsFiles } from "../../../src/server/tls/files.ts";
import { temporaryFolder } from "../../temporary-folder.ts";
import {
  attempt,
  certifyUnder,
  DAY_MS,
  enrolAnyway,
  filesOf,
  SECRET,
  startServer,
  startTlsServer,
} from "./tls-stage.ts";

async function folderWithAuthority(): Promise<string> {
  const folder = temporaryFolder();
  await initAuthority(folder, { nowMs: Date.now() });
  return folder;
}

async function folderWithTerminal(): Promise<string> {
  const folder = await folderWithAuthority();
  await issueTerminal(folder, "lobby", Date.now());
  return folder;
}

describe("what the bank offers", () => {
  it.for<[name: string, options: ConnectionOptions]>([
    ["TLS 1.3", {}],
    ["AES-128-GCM alone", { ciphers: "TLS_AES_128_GCM_SHA256" }],
    ["AES-256-GCM alone", { ciphers: "TLS_AES_256_GCM_SHA384" }],
    ["ChaCha20 alone", { ciphers: "TLS_CHACHA20_POLY1305_SHA256" }],
    ["P-256 alone", { ecdhCurve: "P-256" }],
    ["P-384 alone", { ecdhCurve: "P-384" }],
  ])("serves %s", async ([, options]) => {
    const folder = await folderWithAuthority();
    const server = await startServer(folder, false);
    expect(await attempt(folder, server.port, options)).toMatchObject({ reply: SECRET });
    expect(server.verdicts).toEqual([{ ok: true, name: null }]);
  });

  it.for<[name: string, options: ConnectionOptions, code: string]>([
    [
      "TLS 1.2",
      { minVersion: "TLSv1.2", maxVersion: "TLSv1.2" },
      "ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION",
    ],
    [
      "a client with only AES-128-CCM",
      { ciphers: "TLS_AES_128_CCM_SHA256" },
      "ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE",
    ],
    ["a client with only P-521", { ecdhCurve: "P-521" }, "ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE"],
  ])("refuses %s", async ([, options, code]) => {
    const folder = await folderWithAuthority();
    const server = await startServer(folder, false);
    expect(await attempt(folder, server.port, options)).toMatchObject({ reply: "", code });
    expect(await server.received()).toBe("");
  });

  it("prefers X25519", async () => {
    const folder = await folderWithAuthority();
    const { port } = await startServer(folder, false);
    expect(await attempt(folder, port)).toMatchObject({ exchange: "X25519" });
  });

  it("gives tickets that allow no early data", async () => {
    const folder = await folderWithAuthority();
    const { port } = await startServer(folder, false);
    const { session } = await attempt(folder, port);
    // OpenSSL's SSL_SESSION, behind a head of Node's: [10] is the ticket, [15] how much early data
    // it allows.
    const fields = fieldsOf(session!.subarray(session!.indexOf(Buffer.of(0x30, 0x82))));
    expect(fields).toContain(0xa0 + 10);
    expect(fields).not.toContain(0xa0 + 15);
  });
});

describe("whom a bank with terminals lets in", () => {
  it("serves an enrolled terminal, and knows its name", async () => {
    const folder = await folderWithTerminal();
    const server = await startServer(folder, true);
    const { reply } = await attempt(folder, server.port, filesOf(folder, "lobby"));
    expect(reply).toBe(SECRET);
    expect(server.verdicts).toEqual([{ ok: true, name: "lobby" }]);
  });

  it("serves a terminal under its old and its renewed certificate", async () => {
    const folder = await folderWithTerminal();
    const old = filesOf(folder, "lobby");
    await renewTerminal(folder, "lobby", Date.now());
    const server = await startServer(folder, true);
    await attempt(folder, server.port, old);
    await attempt(folder, server.port, filesOf(folder, "lobby"));
    expect(server.verdicts).toEqual([
      { ok: true, name: "lobby" },
      { ok: true, name: "lobby" },
    ]);
  });

  it.for<[name: string, make: (folder: string) => Promise<Certified> | null]>([
    ["no certificate", () => null],
    ["a certificate of another authority", foreignCertificate],
    ["an expired certificate", expiredCertificate],
    ["a certificate for servers", serverCertificate],
  ])("breaks off the handshake with %s", async ([, make]) => {
    const folder = await folderWithAuthority();
    const files = await make(folder);
    if (files !== null) await enrolAnyway(folder, new X509Certificate(files.cert).fingerprint256);
    const server = await startServer(folder, true);
    const { reply, session } = await attempt(folder, server.port, files ?? {});
    expect(reply).toBe("");
    // Should there have been a ticket on the way, it opens nothing either.
    const again = await attempt(folder, server.port, { ...files, ...(session && { session }) });
    expect(again.reply).toBe("");
    expect(await server.received()).toBe("");
    expect(server.verdicts.filter(({ ok }) => ok)).toEqual([]);
  });

  it("refuses a terminal that it has certified and not enrolled", async () => {
    const folder = await folderWithTerminal();
    const files = await certifyUnder(folder, { purpose: "terminal", name: "lobby" });
    const server = await startServer(folder, true);
    expect((await attempt(folder, server.port, files)).reply).toBe("");
    expect(server.verdicts).toEqual([{ ok: false, reason: "not_enrolled" }]);
    expect(await server.received()).toBe("");
  });

  it("refuses a revoked terminal without a restart, and takes its successor", async () => {
    const folder = await folderWithTerminal();
    const files = filesOf(folder, "lobby");
    const server = await startServer(folder, true);
    expect((await attempt(folder, server.port, files)).reply).toBe(SECRET);
    await revokeTerminal(folder, "lobby", Date.now());
    expect((await attempt(folder, server.port, files)).reply).toBe("");
    await issueTerminal(folder, "lobby", Date.now());
    expect((await attempt(folder, server.port, files)).reply).toBe("");
    expect((await attempt(folder, server.port, filesOf(folder, "lobby"))).reply).toBe(SECRET);
    expect(server.verdicts).toEqual([
      { ok: true, name: "lobby" },
      { ok: false, reason: "revoked" },
      { ok: false, reason: "revoked" },
      { ok: true, name: "lobby" },
    ]);
  });

  it("resumes a terminal's session, but not once it is revoked", async () => {
    const folder = await folderWithTerminal();
    const files = filesOf(folder, "lobby");
    const server = await startServer(folder, true);
    const { session } = await attempt(folder, server.port, files);
    if (session === undefined) throw new Error("no ticket");
    const resumed = await attempt(folder, server.port, { ...files, session });
    expect(resumed).toMatchObject({ reply: SECRET, resumed: true });
    await revokeTerminal(folder, "lobby", Date.now());
    const refused = await attempt(folder, server.port, { ...files, session });
    expect(refused).toMatchObject({ reply: "", resumed: true });
    expect(await server.received()).toBe(SECRET + SECRET);
    expect(server.verdicts.at(-1)).toEqual({ ok: false, reason: "revoked" });
  });

  it("resumes no session of a certificate that has expired since", async () => {
    const folder = await folderWithTerminal();
    const files = filesOf(folder, "lobby");
    let nowMs = Date.now();
    const check = terminalCheck(folder, { mutual: true, now: () => nowMs });
    const server = await startTlsServer(bankTlsOptions(folder, { mutual: true }), check);
    const { session } = await attempt(folder, server.port, files);
    nowMs += 90 * DAY_MS;
    const refused = await attempt(folder, server.port, { ...files, session: session! });
    expect(refused).toMatchObject({ reply: "", resumed: true });
    expect(server.verdicts.at(-1)).toEqual({ ok: false, reason: "expired" });
  });

  it("does not count on the handshake to have refused", async () => {
    const folder = await folderWithTerminal();
    const check = terminalCheck(folder, { mutual: true });
    const options = { ...bankTlsOptions(folder, { mutual: true }), rejectUnauthorized: false };
    const server = await startTlsServer(options, check);
    expect((await attempt(folder, server.port)).reply).toBe("");
    expect((await attempt(folder, server.port, await foreignCertificate())).reply).toBe("");
    const refused = { ok: false, reason: "not_authorized" };
    expect(server.verdicts).toEqual([refused, refused]);
    expect(await server.received()).toBe("");
  });

  it("lets nobody in while the register cannot be read", async () => {
    const folder = await folderWithTerminal();
    const server = await startServer(folder, true);
    writeFileSync(tlsFiles.register(folder), "[{}]");
    expect((await attempt(folder, server.port, filesOf(folder, "lobby"))).reply).toBe("");
    expect(server.verdicts).toEqual([{ ok: false, reason: "register_unreadable" }]);
  });
});

async function foreignCertificate(): Promise<Certified> {
  return filesOf(await folderWithTerminal(), "lobby");
}

const expiredCertificate = (folder: string): Promise<Certified> =>
  certifyUnder(folder, { purpose: "terminal", name: "lobby" }, Date.now() - 91 * DAY_MS);

const serverCertificate = (folder: string): Promise<Certified> =>
  certifyUnder(folder, { purpose: "server", name: "lobby", hosts: ["localhost"] });

/** The tags of the fields of a DER sequence. */
function fieldsOf(der: Buffer): number[] {
  const tags: number[] = [];
  let at = contentOf(der, 0).start;
  while (at < der.length) {
    tags.push(der[at]!);
    at = contentOf(der, at).end;
  }
  return tags;
}

/** Where the content of the DER value at `at` starts and ends. */
function contentOf(der: Buffer, at: number): { start: number; end: number } {
  const first = der[at + 1] ?? 0;
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  const length = lengthBytes === 0 ? first : der.readUIntBE(at + 2, lengthBytes);
  const start = at + 2 + lengthBytes;
  return { start, end: start + length };
}
