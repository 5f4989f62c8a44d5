/** One flat JSON object, as the classic protocol has them: scalars, and nothing that nests. */
import { ProtocolError } from "./error.ts";
import { isJsonObject, parseJson } from "./strict-json.ts";
import type { Scalar } from "./strict-json.ts";

/**
 * @throws ProtocolError `bad_json` for anything but one object of strings, numbers, booleans and
 *   nulls.
 */
export function parseFlatJson(bytes: Uint8Array): ReadonlyMap<string, Scalar> {
  const value = parseJson(bytes, 1);
  if (!isJsonObject(value)) throw new ProtocolError("bad_json");
  return value as ReadonlyMap<string, Scalar>; // At this depth there is nothing else.
}
