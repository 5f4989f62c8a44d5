/** A line to the bank from a browser tab: a WebSocket to this ATM's bridge, with a fresh token. */

import type { LineEnd, Transport } from "../../src/client/transport.ts";
import type { LineFault } from "./state.ts";

const SUBPROTOCOL = "secure-atm.bridge";
/** The bridge's close codes that mean something to us; src/client/bridge.ts has them all. */
const BANK_CLOSED = 1000;
const NO_BANK = 4502;
const BANK_NOT_AUTHENTIC = "bank_not_authentic";
const BRIDGE_FULL = 1013;
/** More than this waits only where the bridge is lost: a session sends one short message a time. */
const BUFFERED_BYTES_MAX = 65_536;

export class WebSocketTransport implements Transport {
  onBytes: (bytes: Uint8Array) => void = () => {};
  onClose: (end: LineEnd) => void = () => {};
  /** What to tell the customer, once the line has ended. */
  fault: LineFault = "line_lost";
  #socket: WebSocket | null = null;
  /** What was sent before the line was up; null once it is. */
  #waiting: Uint8Array[] | null = [];
  #ended = false;

  constructor() {
    void this.#open();
  }

  send(bytes: Uint8Array): void {
    if (this.#ended) return;
    if (this.#waiting !== null) this.#waiting.push(bytes);
    else this.#write(bytes);
  }

  close(): void {
    this.#socket?.close(1000);
    this.#end("line_lost");
  }

  async #open(): Promise<void> {
    let token: string;
    try {
      token = await fetchToken();
    } catch {
      this.#end("atm_unreachable");
      return;
    }
    if (this.#ended) return;
    const socket = new WebSocket(`ws://${location.host}/bridge`, [SUBPROTOCOL, token]);
    this.#socket = socket;
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      for (const bytes of this.#waiting ?? []) this.#write(bytes);
      this.#waiting = null;
    };
    socket.onmessage = ({ data }: MessageEvent) => {
      if (data instanceof ArrayBuffer && !this.#ended) this.onBytes(new Uint8Array(data));
    };
    socket.onclose = (close) => {
      this.#end(faultOf(close, this.#waiting === null), close.code === BANK_CLOSED);
    };
  }

  #write(bytes: Uint8Array): void {
    const socket = this.#socket;
    if (socket === null || socket.bufferedAmount > BUFFERED_BYTES_MAX) return this.close();
    socket.send(new Uint8Array(bytes)); // A copy: its buffer is surely not a shared one.
  }

  /** @param closedByBank What the bank closed in order is told from what failed on the way. */
  #end(fault: LineFault, closedByBank = false): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#waiting = null;
    this.fault = fault;
    const kind = KINDS[fault] ?? (closedByBank ? "closed" : "unreachable");
    this.onClose({ kind, detail: fault });
  }
}

/** What some faults are to a client, whoever closed the line. */
const KINDS: Partial<Record<LineFault, LineEnd["kind"]>> = {
  atm_busy: "refused",
  bank_not_authentic: "not_authentic",
};

async function fetchToken(): Promise<string> {
  const response = await fetch("/bridge-token", { credentials: "same-origin" });
  const body: unknown = await response.json();
  if (response.ok && typeof body === "object" && body !== null && "token" in body) {
    if (typeof body.token === "string") return body.token;
  }
  throw new Error(`no bridge token: ${response.status}`);
}

function faultOf({ code, reason }: CloseEvent, wasUp: boolean): LineFault {
  if (code === NO_BANK) {
    return reason === BANK_NOT_AUTHENTIC ? "bank_not_authentic" : "bank_unreachable";
  }
  if (code === BRIDGE_FULL) return "atm_busy";
  return wasUp ? "line_lost" : "atm_unreachable";
}
