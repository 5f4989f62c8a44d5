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
  const code = "code" in error ? error.code : undefined;
  if (code === "EBUSY") {
    const within = "name a folder within it, which need not be there";
    return new BackupRefused("place", `${path} is in use, as where a disk is mounted: ${within}`);
  }
  const isFull = error.name === "StoreFull" || NO_ROOM.has(code);
  if (!isFull) return error;
  return new BackupRefused("place", `there is no room for ${path}, or its disk fails`);
}
