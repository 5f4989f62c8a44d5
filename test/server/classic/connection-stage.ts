/**
 * Connections over real sockets, with time by hand: the ledger and its store are real and run on
 * this thread, so a test can hold the ledger's answers back.
 */

import { once } from "node:events";
import { createServer, connect, type AddressInfo, type Socket } from "node:net";
import { onTestFinished } from "vitest";
import { servePort, type Letter } from "../../../src/actor/port.ts";
import { RemoteActor } from "../../../src/actor/remote-actor.ts";
import { ActorSystem } from "../../../src/actor/system.ts";
import { ManualClock, portPair } from "../../../src/actor/testkit.ts";
import { nodeCiphers } from "../../../src/ciphers/node.ts";
import {
  encodeHello,
  openReply,
  sealRequest,
  type Request,
} from "../../../src/protocol/classic.ts";
import { deriveSessionKeys, type SessionKeys } from "../../../src/protocol/session-keys.ts";
import { ClassicConnection } from "../../../src/server/classic/connection.ts";
import { SecondFactors } from "../../../src/server/factor/second-factors.ts";
import { CryptoPool } from "../../../src/server/threads/crypto-pool.ts";
import type { EntranceContext } from "../../../src/server/entrance.ts";
import type { LogEvent } from "../../../src/server/log.ts";
import type { News } from "../../../src/server/modern/session-state.ts";
import { cents } from "../../../src/bank/money.ts";
import { SessionRegistry } from "../../../src/server/session-registry.ts";
import { SessionCrypto, type CryptoMode } from "../../../src/server/classic/session-crypto.ts";
import {
  readPage,
  type ReaderQuery,
  type ReaderReply,
} from "../../../src/workers/history-thread.ts";
import { Ledger, type LedgerReply, type LedgerRequest } from "../../../src/workers/ledger.ts";
import { openSqliteReader, openSqliteStore } from "../../../src/workers/sqlite-store.ts";
import { temporaryFolder } from "../../temporary-folder.ts";

export const LIMITS = {
  messageMs: 10_000,
  loginMs: 60_000,
  idleMs: 900_000,
  sessionMs: 43_200_000,
  readerMs: 10_000,
};

export type Stage = {
  context: EntranceContext;
  clock: ManualClock;
  events: LogEvent[];
  /** What the ledger was asked and has not answered; `answer` lets it. */
  held: Letter<LedgerRequest>[];
  /** From now on the ledger answers only when told. */
  holdLedger: () => void;
  answer: () => void;
  /** A connection and the peer at its other end. */
  connect: () => Promise<{ connection: ClassicConnection; served: Socket; peer: Peer }>;
};

export function openStage(crypto: CryptoMode = "inline", passwordsMax = 8): Stage {
  const clock = new ManualClock(1_700_000_000_000);
  const system = new ActorSystem({ clock });
  const { deadLetters } = system;
  const ledger = new RemoteActor<LedgerRequest, LedgerReply>({
    ...{ name: "ledger", clock, callsMax: 100, deadLetters },
  });
  const folder = temporaryFolder();
  const books = new Ledger(openSqliteStore({ folder }));
  const [near, far] = portPair();
  ledger.attach(near);
  const held: Letter<LedgerRequest>[] = [];
  let isHeld = false;
  const port = servePort<LedgerRequest, LedgerReply>(far, (letters) => {
    held.push(...letters);
    if (!isHeld) answer();
  });
  function answer(): void {
    const letters = held.splice(0);
    const replies = books.commit(
      letters.map(({ request }) => request),
      clock.now(),
    );
    port.reply(
      letters.flatMap(({ id }, index) => (id === 0 ? [] : [[id, replies[index] as LedgerReply]])),
    );
  }
  const history = new RemoteActor<ReaderQuery, ReaderReply>({
    ...{ name: "history", clock, callsMax: 100, deadLetters },
  });
  const reader = openSqliteReader(folder);
  const [nearHistory, farHistory] = portPair();
  history.attach(nearHistory);
  const histories = servePort<ReaderQuery, ReaderReply>(farHistory, (letters) => {
    histories.reply(letters.map(({ id, request }) => [id, readPage(reader, request)] as const));
  });
  const events: LogEvent[] = [];
  const peppers = () => [{ version: 1, key: new Uint8Array(48) }] as const;
  const pool = new CryptoPool({ peppers, bcryptCost: 4, passwordsMax });
  const sessionCrypto = new SessionCrypto({
    ...{ mode: crypto, pool, clock },
    onAlarm: (message) => void events.push({ type: "alarm", message }),
  });
  onTestFinished(async () => {
    isHeld = true; // A session that ends with the test may still have something to say.
    sessionCrypto.close();
    await pool.close();
    reader.close();
    books.close();
  });
  const box = {
    seal: (_: unknown, secret: string) => secret,
    open: (_: unknown, text: string) => text,
  };
  const factors = new SecondFactors({ box, clock });
  const log = { write: (event: LogEvent) => void events.push(event), flush: () => undefined };
  const identity = nodeCiphers.generateKeyPair();
  const context: EntranceContext = {
    ...{
      system,
      ledger,
      history,
      pool,
      factors,
      crypto: sessionCrypto,
      log,
      limits: LIMITS,
      clock,
    },
    ...{ about: { name: "Test Bank", version: "0" }, classic: true, tls: null, tlsOnly: false },
    sessions: new SessionRegistry<News>((length) => nodeCiphers.randomBytes(length)),
    confirmAbove: cents(1_000_000),
    signUpsMax: 200,
    passwordCharsMin: null,
    identities: () => [identity],
  };
  return {
    ...{ context, clock, events, held, answer },
    holdLedger: () => void (isHeld = true),
    async connect() {
      const [served, socket] = await socketPair();
      const connection = new ClassicConnection(served, context, () => undefined, "127.0.0.1");
      return { connection, served, peer: new Peer(socket, clock) };
    },
  };
}

/** Two ends of one TCP connection, as the acceptor would have them. */
export async function socketPair(): Promise<[served: Socket, peer: Socket]> {
  const server = createServer({ allowHalfOpen: true });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const peer = connect({ host: "127.0.0.1", port, noDelay: true, allowHalfOpen: true });
  const [served] = (await once(server, "connection")) as [Socket];
  server.close();
  onTestFinished(() => {
    served.destroy();
    peer.destroy();
  });
  return [served, peer];
}

/** Somebody at the other end, who says what the test wants and keeps what it hears. */
export class Peer {
  readonly socket: Socket;
  readonly #clock: ManualClock;
  #heard = Buffer.alloc(0);
  #wake: () => void = () => undefined;
  #keys: SessionKeys | null = null;
  isEnded = false;

  constructor(socket: Socket, clock: ManualClock) {
    this.socket = socket;
    this.#clock = clock;
    socket.on("data", (bytes) => {
      this.#heard = Buffer.concat([this.#heard, bytes]);
      this.#wake();
    });
    socket.on("end", () => {
      this.isEnded = true;
      this.#wake();
    });
    socket.on("error", () => undefined);
    socket.on("close", () => {
      this.isEnded = true;
      this.#wake();
    });
  }

  say(bytes: Uint8Array | string): void {
    this.socket.write(bytes);
  }

  /** Everything heard until `done` says that it is enough, or the bank hangs up. */
  async hear(done: (heard: Buffer) => boolean): Promise<Buffer> {
    while (!done(this.#heard) && !this.isEnded) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      await promise;
    }
    const heard = this.#heard;
    this.#heard = Buffer.alloc(0);
    return heard;
  }

  hearText = async (text: string): Promise<string> =>
    (await this.hear((heard) => heard.length >= text.length)).toString();

  /** All that is heard up to the end. */
  hearOut = async (): Promise<string> => (await this.hear(() => this.isEnded)).toString();

  hello(action: "signup" | "login", username = "alice", password = "a good password"): void {
    this.say(encodeHello({ action, username, password }));
  }

  /** Signs up and logs in, moving the clock over the wait for the secret. */
  async becomeCustomer(username = "alice"): Promise<void> {
    this.hello("signup", username);
    await this.hearText("Signup Successful");
    this.hello("login", username);
    await this.hearText("Authenticated");
    this.#clock.advance(50);
    this.#keys = deriveSessionKeys(nodeCiphers, await this.hear((heard) => heard.length === 32));
  }

  request(request: Request): void {
    this.say(this.sealed(request));
  }

  sealed(request: Request): Uint8Array {
    return sealRequest(nodeCiphers, this.#sessionKeys(), request, this.#nowSeconds());
  }

  /** The next replies, opened; `count` of them have to come in tokens of the shortest length. */
  async replies(count: number): Promise<string[]> {
    // A token begins with its version, `gAAAAA`, which its time keeps so for decades.
    const tokens = (heard: Buffer): string[] => heard.toString().split(/(?=gAAAAA)/);
    const texts = (heard: Buffer): string[] =>
      tokens(heard).flatMap((token) => this.#opened(token) ?? []);
    return texts(await this.hear((heard) => texts(heard).length >= count));
  }

  #opened(token: string): string | null {
    try {
      const { plaintext } = openReply(this.#sessionKeys(), token, this.#nowSeconds());
      return Buffer.from(plaintext).toString();
    } catch {
      return null; // Not all of it has come yet.
    }
  }

  #sessionKeys(): SessionKeys {
    if (this.#keys === null) throw new Error("nobody is logged in");
    return this.#keys;
  }

  #nowSeconds(): number {
    return Math.floor(this.#clock.now() / 1_000);
  }
}
