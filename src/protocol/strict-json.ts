/**
 * A strict reader of small JSON values (RFC 8259). Unlike JSON.parse it keeps a number as it was
 * written (so that 1e2, 1.0 and 2^53+1 cannot pass for other numbers), refuses duplicate keys, and
 * knows no prototype.
 */
import { ProtocolError } from "./error.ts";

/** A number's source text: what it means is for the schema to say. */
export interface NumberText {
  readonly number: string;
}

export type Scalar = string | boolean | null | NumberText;
export type Json = Scalar | readonly Json[] | JsonObject;
export type JsonObject = ReadonlyMap<string, Json>;

export const isJsonObject = (value: Json): value is JsonObject => value instanceof Map;

// `fatal` refuses invalid UTF-8, encoded surrogates included; `ignoreBOM` leaves a BOM in the text,
// where it is refused.
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * @param depthMax How many arrays and objects may stand one within the other.
 * @throws ProtocolError `bad_json` for anything but one value of that depth.
 */
export function parseJson(bytes: Uint8Array, depthMax: number): Json {
  return new Reader(decode(bytes)).document(depthMax);
}

function decode(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new ProtocolError("bad_json");
  }
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(depthMax: number): Json {
    const value = this.#value(depthMax);
    this.#skipSpace();
    if (this.#at !== this.#text.length) throw new ProtocolError("bad_json");
    return value;
  }

  #value(depthLeft: number): Json {
    this.#skipSpace();
    switch (this.#text[this.#at]) {
      case '"':
        return this.#string();
      case "{":
        return this.#object(depthLeft);
      case "[":
        return this.#array(depthLeft);
      case "t":
        return this.#word("true", true);
      case "f":
        return this.#word("false", false);
      case "n":
        return this.#word("null", null);
      default:
        return this.#number();
    }
  }

  #object(depthLeft: number): JsonObject {
    if (depthLeft === 0) throw new ProtocolError("bad_json");
    this.#at++; // The brace that the caller has seen.
    const fields = new Map<string, Json>();
    if (this.#accept("}")) return fields;
    do {
      this.#skipSpace();
      const key = this.#string();
      if (fields.has(key)) throw new ProtocolError("bad_json");
      this.#expect(":");
      fields.set(key, this.#value(depthLeft - 1));
    } while (this.#accept(","));
    this.#expect("}");
    return fields;
  }

  #array(depthLeft: number): Json[] {
    if (depthLeft === 0) throw new ProtocolError("bad_json");
    this.#at++; // The bracket that the caller has seen.
    const items: Json[] = [];
    if (this.#accept("]")) return items;
    do items.push(this.#value(depthLeft - 1));
    while (this.#accept(","));
    this.#expect("]");
    return items;
  }

  #word<T extends boolean | null>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#at)) throw new ProtocolError("bad_json");
    this.#at += word.length;
    return value;
  }

  #number(): NumberText {
    NUMBER.lastIndex = this.#at;
    const match = NUMBER.exec(this.#text);
    if (match === null) throw new ProtocolError("bad_json");
    this.#at += match[0].length;
    return { number: match[0] };
  }

  #string(): string {
    if (this.#text.charCodeAt(this.#at) !== QUOTE) throw new ProtocolError("bad_json");
    const start = this.#at + 1;
    for (let at = start; at < this.#text.length; at++) {
      const code = this.#text.charCodeAt(at);
      if (code === QUOTE) {
        this.#at = at + 1;
        return this.#text.slice(start, at);
      }
      if (code === BACKSLASH) return this.#escapedString(start, at);
      if (code < SPACE) break;
    }
    throw new ProtocolError("bad_json");
  }

  /**
   * The rest of a string from its first backslash on; rare, so kept out of the way of the common
   * case.
   */
  #escapedString(start: number, firstBackslash: number): string {
    let value = this.#text.slice(start, firstBackslash);
    this.#at = firstBackslash;
    for (;;) {
      const character = this.#text[this.#at++];
      if (character === undefined || character < " ") throw new ProtocolError("bad_json");
      if (character === '"') break;
      value += character === "\\" ? this.#escape() : character;
    }
    if (!value.isWellFormed()) throw new ProtocolError("bad_json");
    return value;
  }

  #escape(): string {
    const character = this.#text[this.#at++] ?? "";
    if (character === "u") {
      const digits = this.#text.slice(this.#at, this.#at + 4);
      if (!/^[\da-fA-F]{4}$/.test(digits)) throw new ProtocolError("bad_json");
      this.#at += 4;
      return String.fromCharCode(Number.parseInt(digits, 16));
    }
    if (!Object.hasOwn(ESCAPES, character)) throw new ProtocolError("bad_json");
    return ESCAPES[character]!;
  }

  #expect(character: string): void {
    if (!this.#accept(character)) throw new ProtocolError("bad_json");
  }

  #accept(character: string): boolean {
    this.#skipSpace();
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #skipSpace(): void {
    while (isSpace(this.#text.charCodeAt(this.#at))) this.#at++;
  }
}

/** JSON's own white space: space, tab, line feed, carriage return. */
const isSpace = (code: number): boolean =>
  code === SPACE || code === 0x0a || code === 0x0d || code === 0x09;
