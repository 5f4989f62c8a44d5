/** An ATM for a test, a bank of bare TCP behind it, and what a browser sends to it. */

import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { request, type IncomingHttpHeaders } from "node:http";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { WebSocket } from "ws";
import { startAtm, type Atm, type AtmOptions } from "../../src/client/atm.ts";
import { temporaryFolder } from "../temporary-folder.ts";

export type TestAtm = { atm: Atm; port: number };
export type Reply = { status: number; headers: IncomingHttpHeaders; body: string };
/** What a page of the ATM holds: the cookie and the token bound to it. */
export type Page = { cookie: string; token: string };

/** A bank that does with each line what `onLine` says. */
export async function listenAsBank(onLine: (line: Socket) => void): Promise<number> {
  const lines = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (line) => {
    lines.add(line);
    line.on("error", () => line.destroy());
    line.on("close", () => lines.delete(line));
    onLine(line);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    for (const line of lines) line.destroy();
    server.close();
  });
  return portOf(server.address());
}

export async function startTestAtm(
  bankPort: number,
  over: Partial<AtmOptions> = {},
): Promise<TestAtm> {
  const webRoot = temporaryFolder();
  writeFileSync(join(webRoot, "index.html"), "<!doctype html><title>ATM</title>");
  writeFileSync(join(webRoot, "main.js"), "export {};");
  const bank = { host: "127.0.0.1", port: bankPort };
  const log = () => undefined;
  const atm = await startAtm({ number: 7, port: 0, bank, bankKey: null, webRoot, log, ...over });
  onTestFinished(() => atm.close());
  return { atm, port: Number(new URL(atm.url).port) };
}

/** One request with exactly these headers, and the ATM's own `Host` unless they have another. */
export function ask(
  port: number,
  path: string,
  { method = "GET", headers = {} }: { method?: string; headers?: Record<string, string> } = {},
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const asked = request({
      host: "127.0.0.1",
      ...{ port, path, method, agent: false, setHost: false },
      headers: { Host: `127.0.0.1:${port}`, ...headers },
    });
    asked.on("error", reject);
    asked.on("upgrade", (answer, socket) => {
      socket.destroy();
      resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: "" });
    });
    asked.on("response", (answer) => {
      let body = "";
      answer.setEncoding("utf8");
      answer.on("data", (text: string) => (body += text));
      answer.on("end", () => {
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body });
      });
    });
    asked.end();
  });
}

/** Loads the page's token, as a browser does. */
export async function openPage(port: number, headers: Record<string, string> = {}): Promise<Page> {
  const reply = await ask(port, "/bridge-token", { headers });
  const [setCookie] = reply.headers["set-cookie"] ?? [];
  const { token } = JSON.parse(reply.body) as { token: string };
  return { cookie: setCookie?.split(";")[0] ?? headers["Cookie"] ?? "", token };
}

/** A WebSocket of a page of this ATM, closed when the test has ended. */
export async function openBridge(port: number, options: { autoPong?: boolean } = {}) {
  const { cookie, token } = await openPage(port);
  const browser = new WebSocket(`ws://127.0.0.1:${port}/bridge`, ["secure-atm.bridge", token], {
    headers: { Cookie: cookie },
    origin: `http://127.0.0.1:${port}`,
    ...options,
  });
  browser.on("error", () => browser.terminate());
  onTestFinished(() => browser.terminate());
  await once(browser, "open");
  return browser;
}

/** The code and the reason with which the ATM closes `browser`. */
export async function closeOf(browser: WebSocket): Promise<{ code: number; reason: string }> {
  const [code, reason] = (await once(browser, "close")) as [number, Buffer];
  return { code, reason: reason.toString() };
}

export function portOf(address: ReturnType<ReturnType<typeof createServer>["address"]>): number {
  if (address === null || typeof address === "string") throw new Error("not on TCP");
  return address.port;
}
