/**
 * What a client library needs of a line to the bank: TCP in Node, a WebSocket in the browser,
 * memory in tests.
 */

/**
 * How a line ended: it was up and went down; never came up; was turned away, in the bank's words;
 * or was given up before a byte went out, since whoever answered did not prove to be the bank.
 */
export type LineEnd = {
  kind: "closed" | "unreachable" | "refused" | "not_authentic";
  detail: string;
};

export interface Transport {
  /** Sends in order, at once or when the line is up. After the end it does nothing. */
  send(bytes: Uint8Array): void;
  /** Ends the line; `onClose` follows. */
  close(): void;
  /**
   * Called with what arrived, cut anywhere. The owner of the line sets it before anything can
   * arrive.
   */
  onBytes: (bytes: Uint8Array) => void;
  /** Called once, after the last `onBytes`, however the line ended. */
  onClose: (end: LineEnd) => void;
}
