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
