/**
 * The bank as it is built, with secrets in it: passwords, keys, second factors. What it says, on
 * whatever way, is kept, to be searched.
 */

import { spawn, type ChildProcess } from "node:child_process";
import { createPrivateKey } from "node:crypto";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { generateSync } from "otplib";
import { onTestFinished } from "vitest";
import { AUTHENTICATED } from "../../../src/protocol/classic-replies.ts";
import { encodeEnvelope, encodeHello } from "../../../src/protocol/classic.ts";
import { nodeCiphers } from "../../../src/ciphers/node.ts";
import { MASTER_SECRET_BYTES, deriveSessionKeys } from "../../../src/protocol/session-keys.ts";
import { initAuthority, issueTerminal } from "../../../src/server/tls/authority.ts";
import type { ParentMessage } from "../../../src/cli/parent-line.ts";
import { PROGRAM } from "../../built-program.ts";
import { run } from "../../cli/run.ts";
import { temporaryFolder } from "../../temporary-folder.ts";
import { ForgedSession } from "../forged-session.ts";
import { RawSession, type Said } from "../modern/raw-session.ts";
import { RawLine } from "../raw-line.ts";
import type { Canary } from "./search.ts";

/** With what every form of a text writes in its own way: spaces, quotes, letters beyond ASCII. */
const PASSWORDS = {
  "a password": 'kanarienvogel "grün" & 17%',
  "a wrong password": "no-Such-Canary/äöü+31",
  "a password that is none": "Wellensittich-ß".repeat(9),
  "a password that is too short": "Zeisig7",
  "the old password": "old canary \\ yellow, 5 g",
  "the new password": "new canary / blue, 6 g ∆",
  "an operator's password": "stieglitz über dem hafen 9",
} as const;

export const PASSPHRASE = "girlitz im nussbaum, Ost 4";

export type SecretBank = {
  folder: string;
  child: ChildProcess;
  port: number;
  publicKey: string;
  /** All that it has said on both its outputs, and to the program that has started it. */
  said: () => string;
  figures: () => Promise<void>;
  ended: Promise<number | NodeJS.Signals | null>;
};

/** A folder with keys, certificates and an administrator, before its bank's first start. */
export async function folderWithSecrets(): Promise<string> {
  const folder = temporaryFolder();
  const passwordFile = join(temporaryFolder(), "password");
  writeFileSync(passwordFile, `${PASSWORDS["an operator's password"]}\n`);
  const made = await run(
    ...["admin", "init", "--user", "ada", "--password-file", passwordFile],
    ...["--data", folder, "--bcrypt-cost", "4"],
  );
  if (made.code !== 0) throw new Error(made.stderr);
  await initAuthority(folder, { nowMs: Date.now() });
  await issueTerminal(folder, "lobby", Date.now());
  return folder;
}

/** @param nodeFlags Of Node itself, before the program. */
export async function startSecretBank(
  folder: string,
  { log, nodeFlags = [], cwd }: { log: "json" | "text"; nodeFlags?: string[]; cwd?: string },
): Promise<SecretBank> {
  const args = ["server", "--port", "0", "--data", folder, "--bcrypt-cost", "4", "--log", log];
  const command = [process.execPath, ...nodeFlags, PROGRAM, ...args];
  // Whoever runs it may have asked for core files.
  const [file = "", ...rest] =
    cwd === undefined ? command : ["sh", "-c", 'ulimit -c unlimited; exec "$@"', "sh", ...command];
  const child = spawn(file, rest, { stdio: ["ignore", "pipe", "pipe", "ipc"], cwd });
  onTestFinished(() => void child.kill("SIGKILL"));
  let said = "";
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) => {
    child.on("close", (code, signal) => resolve(signal ?? code));
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => (said += text));
  }
  const nextMessage = (): Promise<ParentMessage> =>
    new Promise((resolve, reject) => {
      child.once("message", (message) => {
        said += `${JSON.stringify(message)}\n`;
        resolve(message as ParentMessage);
      });
      void ended.then((end) => reject(new Error(`ended with ${end}: ${said}`)));
    });
  const listening = await nextMessage();
  if (listening.type !== "listening") throw new Error("the bank did not say where it listens");
  const { port, publicKey } = listening;
  const figures = async (): Promise<void> => {
    const answered = nextMessage();
    child.send("figures");
    await answered;
  };
  return { folder, child, port, publicKey, said: () => said, figures, ended };
}

/** What has been learned of the bank's secrets, and all errors that it answered with. */
export type Played = { canaries: Canary[]; errors: string[] };

/** Everything that has to do with a secret, done well and badly, by both protocols. */
export async function play({ port, publicKey, folder }: SecretBank): Promise<Played> {
  const target = { bank: { port, publicKey } };
  const classic = await playClassic(port);
  const modern = await playModern(target);
  const passwords = Object.entries(PASSWORDS);
  return {
    canaries: [
      ...passwords,
      ...["the backup's passphrase"].map((name): Canary => [name, PASSPHRASE]),
      ...keysOf(folder),
      ...classic.canaries,
      ...modern.canaries,
    ],
    errors: [...classic.errors, ...modern.errors],
  };
}

async function playClassic(port: number): Promise<Played> {
  const errors: string[] = [];
  const line = await RawLine.open(port);
  const ask = async (message: Uint8Array | string): Promise<void> => {
    await line.send(message);
    errors.push(await line.recvText());
  };
  const hello = (action: "signup" | "login", password: string): Uint8Array =>
    encodeHello({ action, username: "canary", password });
  await ask(hello("signup", PASSWORDS["a password that is none"]));
  await ask(hello("signup", PASSWORDS["a password that is too short"]));
  await ask(hello("signup", PASSWORDS["a password"]));
  await ask(hello("login", PASSWORDS["a wrong password"]));
  const password = JSON.stringify(PASSWORDS["a password"]);
  await ask(`{"action": "login", "username": "canary", "passwort": ${password}}`);
  await ask(`{"action": "login", "username": "canary", "password": [${password}]}`);
  await line.send(hello("login", PASSWORDS["a password"]));
  const whole = AUTHENTICATED.length + MASTER_SECRET_BYTES;
  const reply = await line.take(({ length }) => (length >= whole ? whole : null));
  const secret = new Uint8Array(reply.subarray(AUTHENTICATED.length));
  const derived = nodeCiphers.hkdfSha256(secret, Buffer.from("ATM Session Keys"), 64);
  const session = new ForgedSession(line, deriveSessionKeys(nodeCiphers, secret));
  errors.push(await session.ask(session.seal(`{"action": ${password}}`)));
  errors.push(await session.ask(session.seal(password)));
  const token = session.token("{}");
  errors.push(await session.ask(encodeEnvelope({ payload: token, mac: "0".repeat(64) })));
  return {
    canaries: [
      ["the Master Secret", secret],
      ["the session's key", derived.subarray(0, 32)],
      ["the session's MAC key", derived.subarray(32)],
    ],
    errors,
  };
}

async function playModern(target: { bank: { port: number; publicKey: string } }): Promise<Played> {
  const errors: string[] = [];
  const tell = (said: Said): Said => {
    if (said.error !== undefined) errors.push(JSON.stringify(said));
    return said;
  };
  const open = () => RawSession.open(target);
  const username = "canary2";
  const { "the old password": oldPassword, "the new password": newPassword } = PASSWORDS;
  const session = await open();
  const ask = async (method: string, params: object): Promise<Record<string, unknown>> =>
    tell(await session.ask(method, params)).result ?? {};
  for (const password of Object.values(PASSWORDS).slice(2, 4)) {
    await ask("auth.signUp", { username, password });
  }
  await ask("auth.signUp", { username, password: oldPassword });
  await ask("auth.login", { username, password: PASSWORDS["a wrong password"] });
  await ask("auth.login", { username, password: [oldPassword] });
  await ask("auth.login", { username, passwort: oldPassword });
  await ask(oldPassword, { username: oldPassword });
  await ask("auth.login", { username, password: oldPassword });
  await ask("auth.changePassword", { oldPassword: "x", newPassword });
  await ask("auth.changePassword", { oldPassword, newPassword });
  await ask("auth.confirm", { password: oldPassword });
  await session.line.send(session.seal(`"${newPassword}`));
  tell(await session.hear());
  const { secret, uri } = await ask("auth.beginFactor", { password: newPassword });
  const code = generateSync({ secret: String(secret) });
  const { recoveryCodes } = await ask("auth.enrolFactor", { code });
  const [first = "", second = ""] = (recoveryCodes ?? []) as string[];
  if (second === "") throw new Error(`no second factor was enrolled: ${errors.join()}`);
  await ask("auth.confirm", { password: newPassword, code: second.slice(1) });
  const other = await open();
  tell(await other.ask("auth.login", { username, password: newPassword, code: first }));
  tell(await other.ask("auth.login", { username, password: newPassword, code: first }));
  const operator = await open();
  const password = PASSWORDS["an operator's password"];
  tell(await operator.ask("auth.login", { username: "ada", password }));
  tell(await operator.ask("admin.show", { username: "canary2" }));
  return {
    canaries: [
      ["a second factor's secret", String(secret)],
      ["a second factor's address", String(uri)],
      ...(recoveryCodes as string[]).map((each): Canary => ["a recovery code", each]),
      ...(recoveryCodes as string[]).map((each): Canary => [
        "a recovery code without its dashes",
        each.replaceAll("-", ""),
      ]),
    ],
    errors,
  };
}

/** The bank's own keys: as the files have them, and as the bytes that they are. */
function keysOf(folder: string): Canary[] {
  const keys = readdirSync(join(folder, "keys")).flatMap((file): Canary[] => {
    const text = readFileSync(join(folder, "keys", file), "utf8").trim();
    if (file.endsWith(".key")) return [[file, Buffer.from(text, "base64url")]];
    const record = JSON.parse(text) as { privateKey?: string };
    if (record.privateKey === undefined) return [];
    return [[file, Buffer.from(record.privateKey, "hex")]];
  });
  const certificates = readdirSync(join(folder, "tls"), { recursive: true, encoding: "utf8" })
    .map((file) => ({ file, path: join(folder, "tls", file) }))
    .filter(({ file }) => /\.(?:key|pem)$/.test(file))
    .flatMap(({ file, path }) => privateKeyOf(file, readFileSync(path, "utf8")));
  return [...keys, ...certificates];
}

/** The number that is the key: it stands in every way of writing it down. */
function privateKeyOf(file: string, text: string): Canary[] {
  if (!text.includes("PRIVATE KEY")) return [];
  const { d } = createPrivateKey(text).export({ format: "jwk" });
  return [[`tls/${file}`, Buffer.from(String(d), "base64url")]];
}
