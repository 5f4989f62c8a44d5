/**
 * How the parameters and the result of each method are written and read: encoder beside parser, so
 * that neither side can say what the other does not take. Apart by role: whoever asks as a customer
 * only, as a page does, loads no more.
 */
import { CUSTOMER_CODECS } from "./customer-codecs.ts";
import type { Fields } from "./fields.ts";
import type { Method, Params, Result } from "./methods.ts";
import { OPERATOR_CODECS } from "./operator-codecs.ts";
import type { JsonSource } from "./rpc.ts";

/** Reads refuse through their `Fields`; `end` is for the caller. */
export interface MethodCodec<M extends Method> {
  encodeParams(params: Params<M>): JsonSource;
  parseParams(fields: Fields): Params<M>;
  encodeResult(result: Result<M>): JsonSource;
  /** Where a result may be too long for a frame: as much of it as fits, as the text of its JSON. */
  writeResult?(result: Result<M>): string;
  parseResult(fields: Fields): Result<M>;
}

export type Codecs<M extends Method> = { readonly [Name in M]: MethodCodec<Name> };

export const METHOD_CODECS: Codecs<Method> = { ...CUSTOMER_CODECS, ...OPERATOR_CODECS };
