/**
 * The sealing work of a classic session as plain tasks, and many of them packed into one buffer,
 * so that a batch crosses to another thread as a single message.
 *
 * A packed list is its items one behind the other; a field of bytes has its 16-bit length before
 * it. Both ends are ours and in one process: the packed form is not checked like a peer's.
 */

import type { Ciphers } from "./ciphers.ts";
import { openEnvelope, sealReply, type Envelope } from "./classic.ts";
import { PROTOCOL_ERROR_CODES, ProtocolError, type ProtocolErrorCode } from "./error.ts";
import type { OpenedToken } from "./fernet.ts";
import { MASTER_SECRET_BYTES, type SessionKeys } from "./session-keys.ts";

export type SealingTask =
  | { type: "open"; envelope: Envelope; nowSeconds: number }
  | { type: "seal"; text: string; nowSeconds: number };

export type SealingResult =
  | { type: "opened"; token: OpenedToken }
  | { type: "sealed"; token: string }
  | { type: "refused"; code: ProtocolErrorCode };

/** A task with the secret of the session that it belongs to. */
export type PackedTask = { masterSecret: Uint8Array; task: SealingTask };

/** Does one task. What a peer got wrong is a result, not an error. */
export function performSealing(
  ciphers: Ciphers,
  keys: SessionKeys,
  task: SealingTask,
): SealingResult {
  switch (task.type) {
    case "seal":
      return { type: "sealed", token: sealReply(ciphers, keys, task.text, task.nowSeconds) };
    case "open":
      try {
        const token = openEnvelope(ciphers, keys, task.envelope, task.nowSeconds);
        return { type: "opened", token };
      } catch (error) {
        if (error instanceof ProtocolError) return { type: "refused", code: error.code };
        throw error;
      }
  }
}

export function packTasks(tasks: readonly PackedTask[]): Uint8Array<ArrayBuffer> {
  const packer = new Packer();
  for (const { masterSecret, task } of tasks) {
    packer.raw(masterSecret);
    packer.number(task.nowSeconds);
    if (task.type === "seal") {
      packer.byte(KIND.seal);
      packer.text(task.text);
    } else {
      packer.byte(KIND.open);
      packer.text(task.envelope.payload);
      packer.text(task.envelope.mac);
    }
  }
  return packer.packed();
}

export function unpackTasks(packed: Uint8Array): PackedTask[] {
  const unpacker = new Unpacker(packed);
  const tasks: PackedTask[] = [];
  while (!unpacker.atEnd) {
    const masterSecret = unpacker.raw(MASTER_SECRET_BYTES);
    const nowSeconds = unpacker.number();
    if (unpacker.byte() === KIND.seal) {
      tasks.push({ masterSecret, task: { type: "seal", text: unpacker.text(), nowSeconds } });
    } else {
      const envelope = { payload: unpacker.text(), mac: unpacker.text() };
      tasks.push({ masterSecret, task: { type: "open", envelope, nowSeconds } });
    }
  }
  return tasks;
}

export function packResults(results: readonly SealingResult[]): Uint8Array<ArrayBuffer> {
  const packer = new Packer();
  for (const result of results) {
    packer.byte(KIND[result.type]);
    switch (result.type) {
      case "opened":
        packer.bytes(result.token.plaintext);
        packer.number(result.token.timeSeconds);
        packer.bytes(result.token.tag);
        break;
      case "sealed":
        packer.text(result.token);
        break;
      case "refused":
        packer.byte(PROTOCOL_ERROR_CODES.indexOf(result.code));
    }
  }
  return packer.packed();
}

export function unpackResults(packed: Uint8Array): SealingResult[] {
  const unpacker = new Unpacker(packed);
  const results: SealingResult[] = [];
  while (!unpacker.atEnd) results.push(unpackResult(unpacker));
  return results;
}

function unpackResult(unpacker: Unpacker): SealingResult {
  switch (unpacker.byte()) {
    case KIND.opened: {
      const plaintext = unpacker.bytes();
      const timeSeconds = unpacker.number();
      return { type: "opened", token: { plaintext, timeSeconds, tag: unpacker.bytes() } };
    }
    case KIND.sealed:
      return { type: "sealed", token: unpacker.text() };
    default: {
      const code = PROTOCOL_ERROR_CODES[unpacker.byte()];
      if (code === undefined) throw new RangeError("not a packed result");
      return { type: "refused", code };
    }
  }
}

const KIND = { open: 1, seal: 2, opened: 3, sealed: 4, refused: 5 } as const;
const FIRST_BYTES = 16_384;
const encoder = new TextEncoder();
// A byte order mark is a character like any other, or a payload would change on its way.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

class Packer {
  #buffer = new Uint8Array(FIRST_BYTES);
  #view = new DataView(this.#buffer.buffer);
  #length = 0;

  byte(value: number): void {
    this.#reserve(1);
    this.#buffer[this.#length++] = value;
  }

  number(value: number): void {
    this.#reserve(8);
    this.#view.setFloat64(this.#length, value);
    this.#length += 8;
  }

  raw(value: Uint8Array): void {
    this.#reserve(value.length);
    this.#buffer.set(value, this.#length);
    this.#length += value.length;
  }

  bytes(value: Uint8Array): void {
    this.#reserve(2);
    this.#view.setUint16(this.#length, value.length);
    this.#length += 2;
    this.raw(value);
  }

  text(value: string): void {
    this.bytes(encoder.encode(value));
  }

  packed(): Uint8Array<ArrayBuffer> {
    return this.#buffer.slice(0, this.#length);
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#buffer.length) return;
    const grown = new Uint8Array(Math.max(this.#buffer.length * 2, this.#length + count));
    grown.set(this.#buffer);
    this.#buffer = grown;
    this.#view = new DataView(grown.buffer);
  }
}

class Unpacker {
  readonly #buffer: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(buffer: Uint8Array) {
    this.#buffer = buffer;
    this.#view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  }

  get atEnd(): boolean {
    return this.#at >= this.#buffer.length;
  }

  byte(): number {
    this.#at += 1;
    return this.#view.getUint8(this.#at - 1);
  }

  number(): number {
    this.#at += 8;
    return this.#view.getFloat64(this.#at - 8);
  }

  raw(length: number): Uint8Array {
    this.#at += length;
    return this.#buffer.subarray(this.#at - length, this.#at);
  }

  bytes(): Uint8Array {
    this.#at += 2;
    return this.raw(this.#view.getUint16(this.#at - 2));
  }

  text(): string {
    return decoder.decode(this.bytes());
  }
}
