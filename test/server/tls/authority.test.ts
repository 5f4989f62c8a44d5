/** The certificates that the commands make: their profiles, their dates, their files. */

import { createPrivateKey, X509Certificate } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  CertificateRefused,
  initAuthority,
  issueTerminal,
  listCertificates,
  renewServer,
  renewTerminal,
  revokeTerminal,
} from "../../../src/server/tls/authority.ts";
import { isHost } from "../../../src/server/tls/certificates.ts";
import { bankTlsOptions, serverCertificateWarning } from "../../../src/server/tls/options.ts";
import { CertificateUnusable, tlsFiles } from "../../../src/server/tls/files.ts";
import { temporaryFolder } from "../../temporary-folder.ts";
import { DAY_MS } from "./tls-stage.ts";

const NOW_MS = Date.UTC(2030, 0, 31, 12, 34, 56, 789);
const SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
const CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";

async function folderWithTerminal(): Promise<string> {
  const folder = temporaryFolder();
  await initAuthority(folder, { nowMs: NOW_MS });
  await issueTerminal(folder, "lobby", NOW_MS);
  return folder;
}

const read = (path: string): X509Certificate => new X509Certificate(readFileSync(path));

const daysOf = ({ validFromDate, validToDate }: X509Certificate): number =>
  (validToDate.getTime() - validFromDate.getTime()) / DAY_MS;

describe("a certificate", () => {
  it("of the authority signs others, for five years", async () => {
    const authority = read(tlsFiles.authorityCert(await folderWithTerminal()));
    expect(authority.ca).toBe(true);
    expect(authority.verify(authority.publicKey)).toBe(true);
    expect(daysOf(authority)).toBe(5 * 365);
  });

  it.for([
    ["the bank", tlsFiles.server, SERVER_AUTH],
    ["a terminal", (folder: string) => tlsFiles.terminalCert(folder, "lobby"), CLIENT_AUTH],
  ] as const)("of %s is on P-256, for one use and 90 days", async ([, pathIn, usage]) => {
    const folder = await folderWithTerminal();
    const certificate = read(pathIn(folder));
    const authority = read(tlsFiles.authorityCert(folder));
    expect(certificate.ca).toBe(false);
    expect(certificate.keyUsage).toEqual([usage]);
    expect(certificate.publicKey.asymmetricKeyType).toBe("ec");
    expect(certificate.publicKey.asymmetricKeyDetails?.namedCurve).toBe("prime256v1");
    expect(certificate.verify(authority.publicKey)).toBe(true);
    expect(certificate.checkIssued(authority)).toBe(true);
    expect(daysOf(certificate)).toBeGreaterThan(89);
    expect(daysOf(certificate)).toBeLessThan(90);
    expect(certificate.validFromDate.getTime()).toBeLessThan(NOW_MS);
  });

  it("of the bank answers to loopback and to the names given, renewed or not", async () => {
    const folder = temporaryFolder();
    await initAuthority(folder, { hosts: ["Bank.example", "10.0.0.5", "::1"], nowMs: NOW_MS });
    const first = read(tlsFiles.server(folder));
    await renewServer(folder, { hosts: ["fd00::5"], nowMs: NOW_MS });
    const second = read(tlsFiles.server(folder));
    for (const certificate of [first, second]) {
      expect(certificate.checkHost("localhost")).toBe("localhost");
      expect(certificate.checkHost("bank.example")).toBe("bank.example");
      for (const address of ["127.0.0.1", "::1", "10.0.0.5"]) {
        expect(certificate.checkIP(address)).toBe(address);
      }
      expect(certificate.checkHost("other.example")).toBe(undefined);
    }
    expect(first.checkIP("fd00::5")).toBe(undefined);
    expect(second.checkIP("fd00::5")).toBe("fd00::5");
    expect(second.publicKey.equals(first.publicKey)).toBe(false);
    expect(second.subjectAltName?.split(", ")).toHaveLength(6);
  });

  it("does not outlive its authority", async () => {
    const folder = temporaryFolder();
    await initAuthority(folder, { nowMs: NOW_MS });
    const authority = read(tlsFiles.authorityCert(folder));
    const nowMs = authority.validToDate.getTime() - DAY_MS;
    await renewServer(folder, { nowMs });
    expect(read(tlsFiles.server(folder)).validToDate).toEqual(authority.validToDate);
    const renewal = renewServer(folder, { nowMs: nowMs + 2 * DAY_MS });
    await expect(renewal).rejects.toThrow("The authority has expired");
  });

  it("has a serial number that nobody can guess", async () => {
    const folder = await folderWithTerminal();
    const before = read(tlsFiles.terminalCert(folder, "lobby")).serialNumber;
    await renewTerminal(folder, "lobby", NOW_MS);
    const { serialNumber } = read(tlsFiles.terminalCert(folder, "lobby"));
    expect(serialNumber).toHaveLength(32);
    expect(serialNumber).not.toBe(before);
  });

  it("leaves nothing in the process that made it", async () => {
    await folderWithTerminal();
    expect(Reflect).not.toHaveProperty("getMetadata");
  });
});

describe("the files", () => {
  it("hold keys that only their owner can read, each fitting its certificate", async () => {
    const folder = await folderWithTerminal();
    const pairs = [
      [tlsFiles.authorityCert(folder), tlsFiles.authorityKey(folder)],
      [tlsFiles.server(folder), tlsFiles.server(folder)],
      [tlsFiles.terminalCert(folder, "lobby"), tlsFiles.terminalKey(folder, "lobby")],
    ] as const;
    for (const [cert, key] of pairs) {
      expect(statSync(key).mode & 0o777).toBe(0o600);
      expect(read(cert).checkPrivateKey(createPrivateKey(readFileSync(key)))).toBe(true);
    }
    expect(statSync(join(folder, "tls")).mode & 0o777).toBe(0o700);
    const drafts = readdirSync(folder, { recursive: true }).filter((name) =>
      /new|lock/.test(String(name)),
    );
    expect(drafts).toEqual([]);
  });

  it("are not made over an authority that is there", async () => {
    const folder = await folderWithTerminal();
    const before = readFileSync(tlsFiles.authorityKey(folder));
    const again = initAuthority(folder, { nowMs: NOW_MS });
    await expect(again).rejects.toThrow(CertificateRefused);
    expect(readFileSync(tlsFiles.authorityKey(folder))).toEqual(before);
  });

  it("are not made for a name that is none", async () => {
    const folder = temporaryFolder();
    const making = initAuthority(folder, { hosts: ["a..b"], nowMs: NOW_MS });
    await expect(making).rejects.toThrow('"a..b" is not a host name');
    expect(existsSync(join(folder, "tls"))).toBe(false);
  });

  it.for(["", "Lobby", "../lobby", "a b", "-lobby", "lobby\n", "a".repeat(64)])(
    "are not made for a terminal called %j",
    async (name) => {
      const folder = await folderWithTerminal();
      await expect(issueTerminal(folder, name, NOW_MS)).rejects.toThrow(CertificateRefused);
      expect(await listCertificates(folder, NOW_MS)).toHaveLength(3);
    },
  );
});

describe("terminals", () => {
  const statesIn = async (folder: string, nowMs: number) =>
    (await listCertificates(folder, nowMs)).slice(2).map(({ name, state }) => [name, state]);

  it("have one certificate until it is renewed, has expired or is revoked", async () => {
    const folder = await folderWithTerminal();
    await expect(issueTerminal(folder, "lobby", NOW_MS)).rejects.toThrow("cert renew lobby");
    await renewTerminal(folder, "lobby", NOW_MS);
    await revokeTerminal(folder, "lobby", NOW_MS);
    await issueTerminal(folder, "lobby", NOW_MS);
    await issueTerminal(folder, "lobby", NOW_MS + 91 * DAY_MS);
    expect(await statesIn(folder, NOW_MS + 91 * DAY_MS)).toEqual([
      ["lobby", "revoked"],
      ["lobby", "revoked"],
      ["lobby", "expired"],
      ["lobby", "valid"],
    ]);
  });

  it("that are not enrolled are neither renewed nor revoked", async () => {
    const folder = await folderWithTerminal();
    await expect(renewTerminal(folder, "vault", NOW_MS)).rejects.toThrow(CertificateRefused);
    await expect(revokeTerminal(folder, "vault", NOW_MS)).rejects.toThrow(CertificateRefused);
    await revokeTerminal(folder, "lobby", NOW_MS);
    await expect(renewTerminal(folder, "lobby", NOW_MS)).rejects.toThrow(CertificateRefused);
    await expect(revokeTerminal(folder, "lobby", NOW_MS)).rejects.toThrow(CertificateRefused);
  });

  it("are enrolled by one command at a time, so that no revocation is lost", async () => {
    const folder = await folderWithTerminal();
    const both = [issueTerminal(folder, "a", NOW_MS), revokeTerminal(folder, "lobby", NOW_MS)];
    const [issued, revoked] = await Promise.allSettled(both);
    expect(issued?.status).toBe("fulfilled");
    expect(revoked).toMatchObject({ status: "rejected", reason: expect.any(CertificateUnusable) });
    await revokeTerminal(folder, "lobby", NOW_MS);
    expect(await statesIn(folder, NOW_MS)).toEqual([
      ["lobby", "revoked"],
      ["a", "valid"],
    ]);
  });
});

describe("a bank that starts", () => {
  it.for([
    // days  warning
    [0, null],
    [75, null],
    [76, "the bank's certificate expires on 2030-05-01; to renew it: secure-atm cert renew"],
    [89, "the bank's certificate expires on 2030-05-01; to renew it: secure-atm cert renew"],
  ] as const)("on day %i of its certificate warns: %s", async ([days, warning]) => {
    const folder = await folderWithTerminal();
    const nowMs = NOW_MS + days * DAY_MS;
    expect(() => bankTlsOptions(folder, { mutual: true, nowMs })).not.toThrow();
    const line = serverCertificateWarning(folder, nowMs);
    expect(line).toBe(warning === null ? null : `${warning} --data ${folder}`);
  });

  it.for<[name: string, damage: (folder: string) => void, message: string]>([
    ["has expired", () => undefined, "secure-atm cert renew"],
    ["is missing", (folder) => rmSync(tlsFiles.server(folder)), "secure-atm cert init"],
    ["is damaged", (folder) => writeFileSync(tlsFiles.server(folder), "x"), "server.pem"],
    ["lacks its key", withoutKey, "server.pem does not hold its certificate's key"],
    ["lacks its authority", (folder) => rmSync(tlsFiles.authorityCert(folder)), "ca.crt"],
  ])("refuses if its certificate %s", async ([name, damage, message]) => {
    const folder = await folderWithTerminal();
    damage(folder);
    const nowMs = NOW_MS + (name === "has expired" ? 90 : 0) * DAY_MS;
    const start = () => bankTlsOptions(folder, { mutual: true, nowMs });
    expect(start).toThrow(CertificateUnusable);
    expect(start).toThrow(message);
  });
});

describe("a host", () => {
  it.for([
    ["bank", true],
    ["bank-1.example", true],
    ["10.0.0.5", true],
    ["fd00::5", true],
    ["", false],
    ["bank.", false],
    ["-bank", false],
    ["a b", false],
    ["*.example", false],
    ["10.0.0.256", false],
    ["10.5", false],
    ["bank:7000", false],
    ["a".repeat(64), false],
  ] as const)("%j: %s", ([text, is]) => {
    expect(isHost(text)).toBe(is);
  });
});

function withoutKey(folder: string): void {
  const pem = readFileSync(tlsFiles.server(folder), "utf8");
  writeFileSync(tlsFiles.server(folder), pem.slice(0, pem.indexOf("-----BEGIN PRIVATE KEY")));
}
