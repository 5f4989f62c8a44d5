/**
 * Runs that are compared are made in turns: in short ones, again and again, so that whatever else
 * the machine does falls on all of them alike. This decides who goes when and for how long, and
 * makes one measurement of the parts.
 */

import type { Measured } from "./load.ts";
import { SLOT_MS, chainSlots, mergeHistograms, perSecondOf } from "./meter.ts";
import { joinObservations } from "./observations.ts";

export type Turn = { warmUpMs: number; durationMs: number };

export type TurnLengths = {
  /** About how long a turn measures. */
  turnMs: number;
  /**
   * How long it warms up before. The first one warms up as a whole run does, if that is longer. Not
   * shorter than what the bank leaves for later, so that each turn has as much of that from its
   * warm-up as it leaves to the pause.
   */
  warmUpMs: number;
};

/**
 * The turns of each contestant, which together measure for as long as a whole run does: an even
 * number of them, and in whole slots.
 */
export function turnsOf(whole: Turn, { turnMs, warmUpMs }: TurnLengths): Turn[] {
  const rounds = Math.max(2, 2 * Math.round(whole.durationMs / turnMs / 2));
  const slots = Math.max(rounds, Math.ceil(whole.durationMs / SLOT_MS));
  return Array.from({ length: rounds }, (_, round) => ({
    warmUpMs: round === 0 ? Math.max(whole.warmUpMs, warmUpMs) : warmUpMs,
    durationMs: (Math.floor(slots / rounds) + (round < slots % rounds ? 1 : 0)) * SLOT_MS,
  }));
}

/**
 * Who goes first, second and so on in a round: A B C, C B A, B C A, A C B, C A B, B A C, so that
 * each has every place and each neighbour.
 */
export function orderOfRound<T>(round: number, contestants: readonly T[]): T[] {
  const first = Math.floor(round / 2) % contestants.length;
  const order = [...contestants.slice(first), ...contestants.slice(0, first)];
  return round % 2 === 0 ? order : order.toReversed();
}

/** One measurement of those of several turns, one behind the other. */
export function mergeTurns(parts: readonly Measured[]): Measured {
  const slots = chainSlots(parts.map((part) => part.slots));
  return {
    perSecond: perSecondOf(slots),
    latency: mergeHistograms(parts.map(({ latency }) => latency)),
    slots,
    observations: joinObservations(parts.map(({ observations }) => observations)),
    unsent: parts.reduce((sum, { unsent }) => sum + unsent, 0),
  };
}
