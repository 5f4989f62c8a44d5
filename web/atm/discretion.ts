/**
 * Balances that a customer would not have others read. They are shown until they are hidden by
 * choice. From then on the tab keeps them hidden, and shows them again for a look only: until it
 * is out of sight, or the session has ended.
 */

export type Discretion = "off" | "hidden" | "revealed";

/** What a press of the button makes of it. */
export const toggled = (discretion: Discretion): Discretion =>
  discretion === "hidden" ? "revealed" : "hidden";

/** The page is out of sight, or the session over. */
export const unwatched = (discretion: Discretion): Discretion =>
  discretion === "revealed" ? "hidden" : discretion;

/** What stands where a balance would: a word, which screen readers can say. */
export const HIDDEN = "hidden";

/** Words of the bank without the balance in them. */
export const withoutBalance = (text: string): string =>
  text.replace(/(Balance: )\$[\d,.]*\d/, `$1${HIDDEN}`);
