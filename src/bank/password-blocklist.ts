/**
 * The passwords that are tried first, some 49,000, in lower case: the bank's list and the page's.
 * It is large, so it is loaded when it is first asked for.
 */

export async function readBlocklist(): Promise<ReadonlySet<string>> {
  const { dictionary } = await import("@zxcvbn-ts/language-common");
  return new Set(dictionary["passwords-common"].map(String));
}
