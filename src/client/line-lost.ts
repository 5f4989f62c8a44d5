/** The end of a line, to whoever still waited for an answer on it; in either protocol. */
import type { LineEnd } from "./transport.ts";

/** The line is gone, and the reply with it. */
export class LineLost extends Error {
  override readonly name = "LineLost";
  readonly end: LineEnd;
  /** A change was sent and its reply not read: it may have happened, or not. */
  readonly inDoubt: boolean;

  constructor(end: LineEnd, inDoubt: boolean) {
    super(end.detail);
    this.end = end;
    this.inDoubt = inDoubt;
  }
}
