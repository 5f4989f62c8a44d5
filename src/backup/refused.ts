/** Why a backup is not taken, or not restored; the message says it, for the operator. */

export class BackupRefused extends Error {
  override readonly name = "BackupRefused";
  /** `exists`: what is there already is left alone. `place`: nothing can be written there. */
  readonly reason: "damaged" | "exists" | "place" | "passphrase";
  constructor(reason: BackupRefused["reason"], message: string) {
    super(message);
    this.reason = reason;
  }
}

const NO_ROOM: ReadonlySet<unknown> = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);

/** What an error while `path` was written means for the operator; any other is left as it is. */
export function whileWriting(path: string, error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const isFull = error.name === "StoreFull" || ("code" in error && NO_ROOM.has(error.code));
  if (!isFull) return error;
  return new BackupRefused("place", `there is no room for ${path}, or its disk fails`);
}
