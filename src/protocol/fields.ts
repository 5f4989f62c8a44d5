/**
 * Typed reading of a JSON object's fields, for both sides: what does not fit is refused with the
 * error that the side has for it. Nothing that is read here was taken from a prototype.
 */
import { checkPassword } from "../bank/credentials.ts";
import { AMOUNT_CENTS_MAX, BALANCE_CENTS_MAX, cents } from "../bank/money.ts";
import type { Cents } from "../bank/money.ts";
import type { PasswordReason } from "../bank/password-policy.ts";
import type { MisreadKind } from "./rpc-error.ts";
import { isJsonObject } from "./strict-json.ts";
import type { Json, JsonObject } from "./strict-json.ts";
import { isTime } from "./time.ts";

export const IDEMPOTENCY_KEY_CHARS_MAX = 64;
export const MEMO_CHARS_MAX = 140;

const LABEL_LENGTH_MAX = 256;

const SIGNED = /^(?:0|-?[1-9]\d*)$/;
const WHOLE = /^(?:0|[1-9]\d*)$/;
const IDEMPOTENCY_KEY = new RegExp(`^[\\w-]{1,${IDEMPOTENCY_KEY_CHARS_MAX}}$`);
// Control characters, also those of C1; what ends a line where text is shown; and what turns the
// direction of the text beside it.
const UNPRINTABLE = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;

/** Gives the error to throw: an answer, or a breach. */
type Refuse = (kind: MisreadKind, reason?: PasswordReason) => Error;

/** Each field is to be read once: `end` counts. */
export class Fields {
  readonly #object: JsonObject;
  readonly #refuse: Refuse;
  #read = 0;

  constructor(value: Json, refuse: Refuse) {
    if (!isJsonObject(value)) throw refuse("invalid_params");
    this.#object = value;
    this.#refuse = refuse;
  }

  has(name: string): boolean {
    return this.#object.has(name);
  }

  /** Whether the field says `null`; it counts as read then. */
  isNull(name: string): boolean {
    if (this.#object.get(name) !== null) return false;
    this.#read += 1;
    return true;
  }

  /** Refuses fields that were not asked for. */
  end(): void {
    if (this.#read !== this.#object.size) throw this.#refuse("invalid_params");
  }

  /** @param unitsMax In UTF-16 units. */
  text(name: string, unitsMax: number): string {
    const value = this.#value(name);
    return typeof value === "string" && value.length <= unitsMax ? value : this.#fail();
  }

  /** A text that passes `check`, or else is refused as `kind`. */
  textWhere(name: string, check: (text: string) => boolean, kind?: MisreadKind): string {
    const value = this.text(name, Number.POSITIVE_INFINITY);
    return check(value) ? value : this.#fail(kind);
  }

  /** What can be a password at all. Whether it is one that the bank takes, the bank decides. */
  newPassword(name: string): string {
    const text = this.text(name, Number.POSITIVE_INFINITY);
    const fault = checkPassword(text);
    return fault === null ? text : this.#fail("bad_password", fault);
  }

  texts(name: string): string[] {
    return this.#list(name).map((item) => (typeof item === "string" ? item : this.#fail()));
  }

  /** A list of objects, each to be read in its turn. */
  objects(name: string): Fields[] {
    return this.#list(name).map((item) => new Fields(item, this.#refuse));
  }

  /** An object within, to be read in its turn. */
  inner(name: string): Fields {
    return new Fields(this.#value(name), this.#refuse);
  }

  whole(name: string, min: number, max: number): number {
    const value = this.#value(name);
    if (value === null || typeof value !== "object" || !("number" in value)) return this.#fail();
    const number = WHOLE.test(value.number) ? Number(value.number) : Number.NaN;
    return number >= min && number <= max ? number : this.#fail();
  }

  count(name: string): number {
    return this.whole(name, 0, Number.MAX_SAFE_INTEGER);
  }

  /** A text of the bank's own. */
  label(name: string): string {
    return this.text(name, LABEL_LENGTH_MAX);
  }

  /** Cents above zero, up to the limit of one transaction. */
  amount(name: string): Cents {
    const text = this.textWhere(name, (digits) => WHOLE.test(digits));
    if (text === "0") return this.#fail("amount_not_positive");
    return Number(text) <= AMOUNT_CENTS_MAX ? cents(Number(text)) : this.#fail("amount_too_large");
  }

  /** Cents either way, up to the limit of one transaction: `"-250"`. */
  signedAmount(name: string): Cents {
    const text = this.textWhere(name, (digits) => SIGNED.test(digits));
    if (text === "0") return this.#fail("amount_not_positive");
    const value = Number(text);
    return Math.abs(value) <= AMOUNT_CENTS_MAX ? cents(value) : this.#fail("amount_too_large");
  }

  /** Cents as somebody asked for them, whatever they may ask for. */
  anyAmount(name: string): Cents {
    return cents(Number(this.textWhere(name, isSafeInteger)));
  }

  balance(name: string): Cents {
    const text = this.textWhere(name, (digits) => WHOLE.test(digits));
    return Number(text) <= BALANCE_CENTS_MAX ? cents(Number(text)) : this.#fail();
  }

  /** Digits of a safe integer, as a text. */
  transactionId(name: string): string {
    return this.textWhere(name, isTransactionId);
  }

  idempotencyKey(name: string): string {
    return this.textWhere(name, (key) => IDEMPOTENCY_KEY.test(key));
  }

  memo(name: string): string {
    return this.textWhere(name, isMemo);
  }

  /** UTC in ISO 8601, to the millisecond: `2026-11-24T07:00:00.000Z`. */
  time(name: string): string {
    return this.textWhere(name, isTime);
  }

  /** One of a few words. */
  oneOf<T extends string>(name: string, words: readonly T[]): T {
    const text = this.text(name, Number.POSITIVE_INFINITY);
    return words.find((word) => word === text) ?? this.#fail();
  }

  /** One or more of a few words, each once. */
  words<T extends string>(name: string, words: readonly T[]): T[] {
    const given = this.texts(name);
    const known = words.filter((word) => given.includes(word));
    return known.length > 0 && known.length === given.length ? known : this.#fail();
  }

  flag(name: string): boolean {
    const value = this.#value(name);
    return typeof value === "boolean" ? value : this.#fail();
  }

  #list(name: string): readonly Json[] {
    const value = this.#value(name);
    return Array.isArray(value) ? (value as readonly Json[]) : this.#fail();
  }

  #fail(kind: MisreadKind = "invalid_params", reason?: PasswordReason): never {
    throw this.#refuse(kind, reason);
  }

  #value(name: string): Json {
    const value = this.#object.get(name);
    if (value === undefined) return this.#fail();
    this.#read += 1;
    return value;
  }
}

const isSafeInteger = (text: string): boolean =>
  SIGNED.test(text) && Number.isSafeInteger(Number(text));

const isTransactionId = (text: string): boolean =>
  WHOLE.test(text) && Number.isSafeInteger(Number(text));

/** Up to 140 characters (code points) that can be shown in one line. */
export const isMemo = (text: string): boolean =>
  text !== "" &&
  text.length <= 2 * MEMO_CHARS_MAX &&
  [...text].length <= MEMO_CHARS_MAX &&
  text.isWellFormed() &&
  !UNPRINTABLE.test(text);
