/**
 * Times in messages: UTC in ISO 8601, to the millisecond, as in `2026-11-24T07:00:00.000Z`. A page
 * of history has one in each line, and `Date` would take half of the time that the page does.
 */

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const SECOND_MS = 1_000;

const TIME =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3])(?::[0-5]\d){2}\.\d{3}Z$/;
/** Days that every month has. */
const DAYS_MIN = 28;

let lastDay = Number.NaN;
/** Of that day, with the `T` behind. */
let lastDate = "";

/** @param at Whole ms since the epoch. */
export function writeTime(at: number): string {
  const day = Math.floor(at / DAY_MS);
  if (day !== lastDay) {
    lastDate = new Date(at).toISOString().slice(0, -"00:00:00.000Z".length);
    lastDay = day;
  }
  const inDay = at - day * DAY_MS;
  const inHour = inDay % HOUR_MS;
  const inMinute = inHour % MINUTE_MS;
  const hours = digits((inDay - inHour) / HOUR_MS, 2);
  const minutes = digits((inHour - inMinute) / MINUTE_MS, 2);
  const seconds = digits(Math.floor(inMinute / SECOND_MS), 2);
  return `${lastDate}${hours}:${minutes}:${seconds}.${digits(inMinute % SECOND_MS, 3)}Z`;
}

const digits = (number: number, length: number): string => String(number).padStart(length, "0");

/** A day that is in no calendar is no time. */
export function isTime(text: string): boolean {
  if (!TIME.test(text)) return false;
  if (Number(text.slice(8, 10)) <= DAYS_MIN) return true;
  const ms = Date.parse(text);
  return !Number.isNaN(ms) && new Date(ms).toISOString() === text;
}
