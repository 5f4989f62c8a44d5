/** Times as people read them, in their own zone. */

const TIME = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

/** @param at Milliseconds since 1970, or ISO 8601. */
export const timeText = (at: number | string): string => TIME.format(new Date(at));

export const counted = (many: number, noun: string): string =>
  `${many} ${noun}${many === 1 ? "" : "s"}`;

/** A span of seconds, in minutes where they are as good. */
export const spanText = (seconds: number): string =>
  seconds < 120 ? counted(seconds, "second") : counted(Math.round(seconds / 60), "minute");

/** Today, as a field for a date holds it. */
export function today(): string {
  const now = new Date();
  const two = (part: number): string => String(part).padStart(2, "0");
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}
