/** The report as one HTML file that needs nothing else: no network, no script. */

import { formatMegabytes, formatNumber } from "./numbers.ts";
import { escapeHtml, type Html } from "./html-text.ts";
import { plotsOf } from "./plots.ts";
import type { About, Results } from "./results.ts";
import { tablesOf, type Table } from "./tables.ts";
import { boundOf, signOf } from "./terminal.ts";
import type { Verdict } from "./thresholds.ts";

export function htmlReport(about: About, results: Results, verdicts: readonly Verdict[]): Html {
  const { machine, cores, memoryBytes, system, node, commit, seed, startedAt, command } = about;
  const facts = [
    `${machine}, ${cores} cores, ${formatMegabytes(memoryBytes)}`,
    `${system}, Node ${node}, commit ${commit}, seed ${seed}`,
    `${startedAt}: ${command}`,
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Secure ATM under load</title>
<style>${STYLE}</style>
</head>
<body>
<h1>Secure ATM under load</h1>
<p>${facts.map(escapeHtml).join("<br>")}</p>
<h2>Thresholds</h2>
${thresholds(verdicts)}
${plotsOf(results)}
${tablesOf(results).map(tableOf).join("\n")}
</body>
</html>
`;
}

function thresholds(verdicts: readonly Verdict[]): Html {
  const rows = verdicts.map((verdict) => {
    const value = verdict.value === undefined ? "not measured" : formatNumber(verdict.value);
    const cells = [verdict.what, value, boundOf(verdict), verdict.unit].map(
      (cell, column) => `<${column === 0 ? "th scope=row" : "td"}>${escapeHtml(cell)}`,
    );
    return `<tr class="${verdict.status}"><td>${signOf(verdict)}${cells.join("")}</tr>`;
  });
  const head = "<tr><th><th scope=col>what<th scope=col>is<th scope=col>wanted<th>";
  return `<table>${head}${rows.join("\n")}</table>`;
}

function tableOf({ title, head, rows }: Table): Html {
  const headCells = head.map((cell) => `<th scope=col>${escapeHtml(cell)}`).join("");
  const bodyRows = rows.map(([first = "", ...rest]) => {
    const cells = rest.map((cell) => `<td>${escapeHtml(cell)}`).join("");
    return `<tr><th scope=row>${escapeHtml(first)}${cells}`;
  });
  return `<h2>${escapeHtml(title)}</h2>
<div class="wide"><table><tr>${headCells}
${bodyRows.join("\n")}</table></div>`;
}

const STYLE = `
:root { color-scheme: light dark; --ink: #1c2330; --paper: #fff; --line: #8884;
  --good: #1a7f37; --bad: #c62828;
  --s0: #1f6feb; --s1: #d1570a; --s2: #1a7f37; --s3: #8250df; --s4: #b3005e; --s5: #57606a; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ef; --paper: #14181f; --good: #56d364;
  --bad: #ff7b72; --s0: #79b8ff; --s1: #ffa657; --s2: #56d364; --s3: #d2a8ff; --s4: #ff9bce;
  --s5: #a9b1bb; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
  max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 0.15rem 0.6rem; border-bottom: 1px solid var(--line); text-align: right;
  white-space: nowrap; }
th[scope="row"] { text-align: left; font-weight: normal; }
.passed td:first-child { color: var(--good); } .failed td:first-child { color: var(--bad); }
figure { margin: 2rem 0; } figcaption { font-weight: 600; } svg { width: 100%; height: auto; }
svg text { font-size: 11px; fill: var(--ink); } .label, .column { text-anchor: middle; }
.row { text-anchor: end; dominant-baseline: middle; }
.grid line { stroke: var(--line); } polyline { fill: none; stroke: var(--c); stroke-width: 1.8; }
circle { fill: var(--c); }
.s0 { --c: var(--s0); } .s1 { --c: var(--s1); } .s2 { --c: var(--s2); }
.s3 { --c: var(--s3); } .s4 { --c: var(--s4); } .s5 { --c: var(--s5); }
.s1 polyline { stroke-dasharray: 7 3; } .s2 polyline { stroke-dasharray: 2 3; }
.s3 polyline { stroke-dasharray: 9 3 2 3; } .s4 polyline { stroke-dasharray: 4 4; }
.legend { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: 0 1.2rem; }
.legend span { display: inline-block; width: 1.2em; height: 0.25em; background: var(--c);
  margin-right: 0.4em; vertical-align: middle; }
`;
