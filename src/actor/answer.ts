/** How a call ends. Always in one of these, exactly once; a call never rejects. */

/**
 * Why a call got no reply.
 * - `busy`: refused before it was sent; it has changed nothing.
 * - `draining`: refused before it was sent, since no more calls are taken.
 * - `timed_out`: its deadline passed; it may still take effect.
 * - `died`: the actor ended with the call in flight; it may have taken effect.
 */
export type Failure = "busy" | "timed_out" | "draining" | "died";

export type Answer<Reply> =
  | { readonly ok: true; readonly reply: Reply }
  | { readonly ok: false; readonly failure: Failure };
