/** How a command ends: its exit codes, and the errors that lead to them. */

/** Documented in README; scripts rely on them. */
export const EXIT = {
  failure: 1,
  usage: 2,
  environment: 3,
  integrity: 4,
  interrupted: 130,
} as const;

/** An end that the user is told of in one line, without a stack. */
export class CommandFailed extends Error {
  override readonly name = "CommandFailed";
  readonly code: number;
  /** @param options `cause`: the bank's refusal that this puts into words, if it is one. */
  constructor(code: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Turns what a part threw into what its user can act upon; anything unknown stays as it is. */
export function explained(error: unknown, port: number): unknown {
  if (!(error instanceof Error)) return error;
  const code = "code" in error ? error.code : undefined;
  switch (code) {
    case "EADDRINUSE":
      return new CommandFailed(
        EXIT.environment,
        `Port ${port} is already in use: stop what uses it, or choose another with --port.`,
      );
    case "EACCES":
    case "EPERM":
    case "EROFS":
    case "EEXIST":
    case "ENOTDIR":
    case "EBUSY":
    case "EFBIG":
    case "EDQUOT":
    case "EIO":
    case "EISDIR":
    case "ENOSPC":
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return new CommandFailed(EXIT.environment, error.message);
  }
  // By name: an error that crossed from a thread has lost its class.
  switch (error.name) {
    case "StoreUnusable": {
      const reason = "reason" in error ? error.reason : undefined;
      const isSound = reason === "in_use" || reason === "unreachable";
      const advice = reason === "in_use" ? ": stop it, or choose another folder with --data" : "";
      const told = `${error.message}${advice}`;
      return new CommandFailed(isSound ? EXIT.environment : EXIT.integrity, told);
    }
    case "KeyUnusable":
    case "CertificateUnusable":
      return new CommandFailed(EXIT.integrity, error.message);
    case "BackupRefused": {
      const reason = "reason" in error ? error.reason : undefined;
      if (reason === "damaged") return new CommandFailed(EXIT.integrity, error.message);
      const isWrong = reason === "passphrase";
      return new CommandFailed(isWrong ? EXIT.failure : EXIT.environment, error.message);
    }
    case "StoreFull":
    case "PortInUse":
      return new CommandFailed(EXIT.environment, error.message, { cause: error });
  }
  return error;
}
