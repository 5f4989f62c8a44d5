/** Who gets past the ATM's door: Host, Origin, token and cookie; and what every answer carries. */

import { once } from "node:events";
import { connect } from "node:net";
import { beforeEach, describe, expect, it } from "vitest";
import { PortInUse } from "../../src/client/atm.ts";
import { decodeHex } from "../../src/protocol/hex.ts";
import { ask, listenAsBank, openPage, startTestAtm, type Page } from "./atm-harness.ts";

/** A name, and the value for an ATM that listens on `own`. */
type Row<Value> = readonly [name: string, valueFor: (own: number) => Value];

const FOREIGN_ORIGINS: Row<string | null>[] = [
  ["no origin", () => null],
  ["null", () => "null"],
  ["another port", (own) => `http://127.0.0.1:${own + 1}`],
  ["no port", () => "http://127.0.0.1"],
  ["a suffix", (own) => `http://127.0.0.1:${own}.evil.example`],
  ["a prefix", (own) => `http://evil.example/http://127.0.0.1:${own}`],
  ["a user before the host", (own) => `http://evil@127.0.0.1:${own}`],
  ["https", (own) => `https://127.0.0.1:${own}`],
  ["another name of this host", (own) => `http://localhost:${own}`],
  ["another site", () => "http://evil.example"],
];

const FOREIGN_HOSTS: Row<string>[] = [
  ["another site", (own) => `evil.example:${own}`],
  ["a suffix", (own) => `127.0.0.1.evil.example:${own}`],
  ["another port", (own) => `127.0.0.1:${own + 1}`],
  ["no port", () => "127.0.0.1"],
  ["nothing", () => ""],
];

let port = 0;
let bankLines = 0;

beforeEach(async () => {
  bankLines = 0;
  const bankPort = await listenAsBank(() => {
    bankLines++;
  });
  ({ port } = await startTestAtm(bankPort));
});

/** The headers of a page's own upgrade; `over` spoils some, null leaves one out. */
function upgradeHeaders(
  page: Page,
  over: Record<string, string | null> = {},
): Record<string, string> {
  const headers: Record<string, string | null> = {
    Connection: "Upgrade",
    Upgrade: "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Protocol": `secure-atm.bridge, ${page.token}`,
    Origin: `http://127.0.0.1:${port}`,
    Cookie: page.cookie,
    ...over,
  };
  return Object.fromEntries(
    Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== null),
  );
}

describe("the bridge", () => {
  it("takes the ATM's own page", async () => {
    const page = await openPage(port);
    const reply = await ask(port, "/bridge", { headers: upgradeHeaders(page) });
    expect(reply.status).toBe(101);
    expect(reply.headers["sec-websocket-protocol"]).toBe("secure-atm.bridge");
  });

  it.for(["localhost", "127.0.0.1"])("takes a page that was opened as %s", async (name) => {
    const page = await openPage(port);
    const host = `${name}:${port}`;
    const headers = upgradeHeaders(page, { Host: host, Origin: `http://${host}` });
    expect((await ask(port, "/bridge", { headers })).status).toBe(101);
  });

  it.for(FOREIGN_ORIGINS)("refuses the origin: %s", async ([, origin]) => {
    const page = await openPage(port);
    const headers = upgradeHeaders(page, { Origin: origin(port) });
    expect((await ask(port, "/bridge", { headers })).status).toBe(403);
    expect(bankLines).toBe(0);
  });

  it.for(FOREIGN_HOSTS)("refuses the host: %s", async ([, host]) => {
    const page = await openPage(port);
    const headers = upgradeHeaders(page, { Host: host(port), Origin: `http://${host(port)}` });
    expect((await ask(port, "/bridge", { headers })).status).toBe(403);
    expect(bankLines).toBe(0);
  });

  it("refuses what a browser marks as cross-site", async () => {
    const page = await openPage(port);
    const headers = upgradeHeaders(page, { "Sec-Fetch-Site": "same-site" });
    expect((await ask(port, "/bridge", { headers })).status).toBe(403);
  });

  it.for([
    ["no token", () => ({ "Sec-WebSocket-Protocol": "secure-atm.bridge" })],
    ["no protocol at all", () => ({ "Sec-WebSocket-Protocol": null })],
    ["the token alone", ({ token }: Page) => ({ "Sec-WebSocket-Protocol": token })],
    ["no cookie", () => ({ Cookie: null })],
    ["a cookie of its own making", ({ cookie }: Page) => ({ Cookie: `${cookie.slice(0, -1)}~` })],
    [
      "a token that is cut",
      ({ token }: Page) => ({
        "Sec-WebSocket-Protocol": `secure-atm.bridge, ${token.slice(0, -1)}`,
      }),
    ],
  ] as const)("refuses %s", async ([, spoil]) => {
    const page = await openPage(port);
    const headers = upgradeHeaders(page, spoil(page));
    expect((await ask(port, "/bridge", { headers })).status).toBe(401);
    expect(bankLines).toBe(0);
  });

  it("refuses a page the token of another browser, or of another ATM", async () => {
    const mine = await openPage(port);
    const theirs = await openPage(port);
    const swapped = upgradeHeaders({ cookie: mine.cookie, token: theirs.token });
    expect((await ask(port, "/bridge", { headers: swapped })).status).toBe(401);

    const other = await startTestAtm(1);
    const name = mine.cookie.split("=")[0] ?? "";
    const moved = mine.cookie.replace(name, name.replace(String(port), String(other.port)));
    const { token } = await openPage(other.port, { Cookie: moved });
    const foreign = upgradeHeaders({ cookie: mine.cookie, token });
    expect((await ask(port, "/bridge", { headers: foreign })).status).toBe(401);
  });

  it("is nowhere but at its address", async () => {
    const headers = upgradeHeaders(await openPage(port));
    expect((await ask(port, "/bridge/", { headers })).status).toBe(404);
    expect((await ask(port, "/bridge")).status).toBe(404);
  });
});

describe("the token", () => {
  it("is the same for all tabs of a browser, and its cookie is out of scripts' reach", async () => {
    const first = await ask(port, "/bridge-token");
    const [cookie = ""] = first.headers["set-cookie"] ?? [];
    expect(cookie).toMatch(new RegExp(`^secure-atm-bridge-${port}=[\\w-]{43}; `));
    expect(cookie).toContain("; HttpOnly");
    expect(cookie).toContain("; SameSite=Strict");
    const headers = { Cookie: `theme=dark; ${cookie.split(";")[0]}` };
    const second = await ask(port, "/bridge-token", { headers });
    expect(second.headers["set-cookie"]).toBeUndefined();
    expect(second.body).toBe(first.body);
  });

  it.for([
    [{ "Sec-Fetch-Site": "cross-site" }],
    [{ "Sec-Fetch-Site": "same-site" }],
    [{ "Sec-Fetch-Site": "none" }],
    [{ Origin: "null" }],
    [{ Origin: "http://evil.example" }],
  ] as const)("is not for %o", async ([headers]) => {
    const reply = await ask(port, "/bridge-token", { headers });
    expect(reply.status).toBe(403);
    expect(reply.headers["set-cookie"]).toBeUndefined();
  });
});

describe("an answer", () => {
  it.for([
    ["GET", "/", 200],
    ["GET", "/signup", 200],
    ["GET", "/action?from=mail", 200],
    ["HEAD", "/", 200],
    ["GET", "/main.js", 200],
    ["GET", "/healthz", 200],
    ["GET", "/bank.json", 200],
    ["GET", "/bridge-token", 200],
    ["GET", "/none", 404],
    ["GET", "/../package.json", 404],
    ["GET", "/%2e%2e/package.json", 404],
    ["POST", "/action", 405],
    ["DELETE", "/", 405],
    ["OPTIONS", "/bridge-token", 405],
  ] as const)("to %s %s is %i and carries the headers", async ([method, path, status]) => {
    const reply = await ask(port, path, { method });
    expect(reply.status).toBe(status);
    expectGuarded(reply.headers);
  });

  it("to an unknown host carries them too, and says nothing", async () => {
    const reply = await ask(port, "/", { headers: { Host: `evil.example:${port}` } });
    expect(reply.status).toBe(403);
    expect(reply.body).not.toContain("evil");
    expectGuarded(reply.headers);
  });

  it("to a refused upgrade carries them too", async () => {
    const headers = upgradeHeaders({ cookie: "", token: "" });
    const reply = await ask(port, "/bridge", { headers });
    expect(reply.status).toBe(401);
    expectGuarded(reply.headers);
  });

  it("to what is no HTTP carries them too", async () => {
    const socket = connect(port, "127.0.0.1");
    let answer = "";
    socket.setEncoding("utf8").on("data", (text: string) => (answer += text));
    socket.write("nonsense\r\n\r\n");
    await once(socket, "close");
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain("Content-Security-Policy: default-src 'none'");
  });

  it("with HTML is stored nowhere, and an unchanged script is not sent twice", async () => {
    expect((await ask(port, "/")).headers["cache-control"]).toBe("no-store");
    const script = await ask(port, "/main.js");
    expect(script.headers["cache-control"]).toBe("no-cache");
    const headers = { "If-None-Match": script.headers.etag ?? "" };
    expect((await ask(port, "/main.js", { headers })).status).toBe(304);
  });

  it("to /healthz names the ATM", async () => {
    expect(JSON.parse((await ask(port, "/healthz")).body)).toEqual({ status: "ok", atm: 7 });
  });
});

describe("/bank.json", () => {
  it("names the bank's key and its fingerprint, for the page to pin", async () => {
    const publicHex = "8f40c5adb68f25624ae5b214ea767a6ec94d829d3d7b5e1ad1ba6f3e2138285f";
    const bankKey = decodeHex(publicHex);
    const { port: own } = await startTestAtm(1, { bankKey });
    const reply = await ask(own, "/bank.json");
    expect(JSON.parse(reply.body)).toEqual({
      atm: 7,
      bankKey: publicHex,
      fingerprint: "eedd 883d a0a9 4515 93dc 0a38 e583 fb77",
    });
    expect(reply.headers["cache-control"]).toBe("no-store");
  });

  it("names the key that the bank has by now, each time that it is asked", async () => {
    const keys = [null, Uint8Array.of(1), Uint8Array.of(2)];
    let at = 0;
    const { port: own } = await startTestAtm(1, { bankKey: () => keys[at] ?? null });
    for (const bankKey of [null, "01", "02"]) {
      expect(JSON.parse((await ask(own, "/bank.json")).body)).toMatchObject({ bankKey });
      at += 1;
    }
  });

  it("says that there is no key where the ATM was given none", async () => {
    const { body } = await ask(port, "/bank.json");
    expect(JSON.parse(body)).toEqual({ atm: 7, bankKey: null, fingerprint: null });
  });
});

function expectGuarded(headers: NodeJS.Dict<string | string[]>): void {
  const policy = String(headers["content-security-policy"]);
  for (const rule of ["object-src", "base-uri", "frame-ancestors", "default-src"]) {
    expect(policy).toContain(`${rule} 'none'`);
  }
  expect(policy).not.toContain("unsafe");
  expect(headers).toMatchObject({
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
  });
}

describe("a port that is taken", () => {
  it("is refused in the words of the original", async () => {
    const failed = startTestAtm(1, { port });
    await expect(failed).rejects.toThrow(PortInUse);
    await expect(failed).rejects.toThrow(
      `Error: Port ${port} is already in use. Please choose a different client number.`,
    );
  });
});
