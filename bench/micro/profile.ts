/**
 * Where a thread's time goes: reads a `.cpuprofile` of Node's and prints what each function took of
 * the busy time, itself and with all that it called. bench/README.md says how to make profiles.
 */
import { readFileSync } from "node:fs";

const TOP = 40;

type Node = {
  id: number;
  callFrame: { functionName: string; url: string; lineNumber: number };
  children?: number[];
};
type Profile = { nodes: Node[]; samples: number[]; timeDeltas: number[] };

const file = process.argv[2];
if (file === undefined) throw new Error("usage: node bench/micro/profile.ts <file.cpuprofile>");
const profile = JSON.parse(readFileSync(file, "utf8")) as Profile;
const names = new Map(profile.nodes.map((node) => [node.id, nameOf(node)]));
const parents = new Map<number, number>();
for (const { id, children = [] } of profile.nodes) {
  for (const child of children) parents.set(child, id);
}

const own = new Map<string, number>();
const whole = new Map<string, number>();
let busy = 0;
for (const [index, sample] of profile.samples.entries()) {
  const time = profile.timeDeltas[index] ?? 0;
  const name = names.get(sample) ?? "";
  if (name.startsWith("(idle)")) continue;
  busy += time;
  add(own, name, time);
  for (const caller of callersOf(sample)) add(whole, caller, time);
}
console.log(`busy: ${(busy / 1_000).toFixed(0)} ms`);
print("itself", own);
print("with what it called", whole);

function nameOf({ callFrame: { functionName, url, lineNumber } }: Node): string {
  return `${functionName || "(anonymous)"} ${url.split("/").at(-1)}:${lineNumber + 1}`;
}

/** Each once, however often a function called itself. */
function callersOf(sample: number): Set<string> {
  const callers = new Set<string>();
  for (let id: number | undefined = sample; id !== undefined; id = parents.get(id)) {
    callers.add(names.get(id) ?? "");
  }
  return callers;
}

function add(times: Map<string, number>, name: string, time: number): void {
  times.set(name, (times.get(name) ?? 0) + time);
}

function print(title: string, times: Map<string, number>): void {
  console.log(`\n${title}`);
  const most = [...times].toSorted(([, a], [, b]) => b - a).slice(0, TOP);
  for (const [name, time] of most) {
    console.log(`${((100 * time) / busy).toFixed(1).padStart(6)} %  ${name}`);
  }
}
