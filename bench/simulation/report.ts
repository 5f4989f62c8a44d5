/** The end of a simulation as people read it: the story, and the proof behind it. */

import { money } from "./proof/claim.ts";
import type { Proof } from "./proof/prove.ts";
import type { Simulated } from "./simulation.ts";
import type { AttackChapter, Chapter, Counts } from "./story.ts";

/** Of each claim that does not hold, so many faults are shown. */
const FAULTS_SHOWN_MAX = 5;
const NAME_COLUMNS = 11;
const COLUMNS = 100;

export type About = { seed: number; terminals: number; isOver: "done" | "time" | "interrupted" };

/** @returns lines without their ends. */
export function report(about: About, simulated: Simulated, proof: Proof): string[] {
  const { story, troubles } = simulated;
  return [
    ...heading(about, simulated),
    "",
    "Customers",
    ...story.chapters.flatMap(chapterLines),
    "",
    "Attackers",
    ...(story.attackChapters.length === 0 ? ["  none"] : story.attackChapters.flatMap(attackLines)),
    "",
    "What must not be",
    ...wrongLines(simulated, proof),
    "",
    `Changes     ${changesLine(simulated)}`,
    `Money       ${moneyLine(simulated)}`,
    ...(troubles > 0 ? [`Killed      ${times(troubles, "time")}, and started again`] : []),
    "",
    "Proof",
    ...proof.claims.flatMap(({ says, checked, faults }) => [
      `  ${faults.length === 0 ? "✓" : "✗"} ${says} (${checked})`,
      ...faults.slice(0, FAULTS_SHOWN_MAX).map((fault) => `      ${fault}`),
      ...more(faults.length - FAULTS_SHOWN_MAX),
    ]),
    proof.holds ? "The proof holds." : "THE PROOF DOES NOT HOLD.",
  ];
}

/** The same for programs. */
export const reportForPrograms = (about: About, simulated: Simulated, proof: Proof) => ({
  ...about,
  elapsedMs: Math.round(simulated.elapsedMs),
  decisions: simulated.decisions,
  kills: simulated.troubles,
  customers: simulated.story.chapters,
  attackers: simulated.story.attackChapters,
  wrongs: simulated.story.wrongs,
  money: moneyOf(simulated),
  proof,
});

function heading({ seed, terminals, isOver }: About, { story, elapsedMs, decisions }: Simulated) {
  const people = (chapters: readonly { people: number }[]): number =>
    chapters.reduce((sum, chapter) => sum + chapter.people, 0);
  const customers = times(people(story.chapters), "customer");
  const attackers = times(people(story.attackChapters), "attacker");
  const seconds = (elapsedMs / 1_000).toFixed(1);
  const ended = { done: "", time: "", interrupted: ", interrupted" }[isOver];
  return [
    `Simulation  seed ${seed}: ${customers} and ${attackers} at ${times(terminals, "ATM")}, ` +
      `${seconds} s${ended}`,
    // Where the time was over, it is chance how far people have come.
    ...(isOver === "done" ? [`Decisions   ${decisions.slice(0, 16)}`] : []),
  ];
}

function chapterLines({ habit, people, done, refused, setbacks }: Chapter): string[] {
  return [
    `  ${habit.padEnd(NAME_COLUMNS)} ${people}`,
    ...wrapped(countsOf(done), "      "),
    ...wrapped(countsOf(refused), "      refused: "),
    ...wrapped(countsOf(setbacks), "      setbacks: "),
  ];
}

const attackLines = ({ habit, people, outcomes }: AttackChapter): string[] => [
  `  ${habit.padEnd(NAME_COLUMNS)} ${people}`,
  ...wrapped(countsOf(outcomes), "      "),
];

const countsOf = (counts: Counts): string[] =>
  Object.entries(counts)
    .toSorted(([, a], [, b]) => b - a)
    .map(([what, count]) => `${count} × ${printable(what)}`);

/** Items in lines that fit, the first with its title, the others below it. */
function wrapped(items: readonly string[], title: string): string[] {
  const lines: string[] = [];
  for (const item of items) {
    const last = lines.at(-1);
    const longer = `${last} · ${item}`;
    if (last !== undefined && longer.length <= COLUMNS) lines[lines.length - 1] = longer;
    else lines.push(`${lines.length === 0 ? title : " ".repeat(title.length)}${item}`);
  }
  return lines;
}

function wrongLines({ story }: Simulated, { misjudged }: Proof): string[] {
  const { counts, told } = story.wrongs;
  const looks =
    misjudged === null || misjudged === 0
      ? []
      : [`  ${misjudged} × a look at the balance told the wrong thing of a change in doubt`];
  if (Object.keys(counts).length === 0) return looks.length === 0 ? ["  nothing"] : looks;
  return [
    ...told.map((what) => `  ${printable(what)}`),
    ...wrapped(countsOf(counts), "  in all: "),
    ...looks,
  ];
}

function changesLine({ testimonies, elapsedMs }: Simulated): string {
  const sum = (of: (one: Simulated["testimonies"][number]) => number): number =>
    testimonies.reduce((total, one) => total + of(one), 0);
  const acknowledged = sum((one) => one.acknowledged.length);
  const doubtful = sum((one) => one.unacknowledged.length);
  const rate = Math.round((acknowledged * 1_000) / elapsedMs);
  return `${acknowledged} acknowledged, ${rate} a second; ${doubtful} never`;
}

function moneyOf({ testimonies }: Simulated) {
  const sums = { deposit: 0, withdraw: 0, transfer: 0 };
  for (const { acknowledged } of testimonies) {
    for (const { change } of acknowledged) sums[change.wish.kind] += change.wish.amount;
  }
  return sums;
}

function moneyLine(simulated: Simulated): string {
  const { deposit, withdraw, transfer } = moneyOf(simulated);
  return `${money(deposit)} in, ${money(withdraw)} out, ${money(transfer)} from one to another`;
}

const more = (count: number): string[] => (count > 0 ? [`      and ${count} more`] : []);

const times = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;

/** What a bank has said to garbage may hold anything. */
const printable = (text: string): string => text.replaceAll(/[^\x20-\x7e×·]/g, "·");
