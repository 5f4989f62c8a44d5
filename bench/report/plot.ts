/** Plots as inline SVG, drawn by hand: lines over two axes, each linear or logarithmic. */

import { formatNumber } from "./numbers.ts";
import { escapeHtml, type Html } from "./html-text.ts";

export type Series = { name: string; points: readonly (readonly [x: number, y: number])[] };

export type Axis = {
  label: string;
  scale: "linear" | "logarithmic";
  /** Where the ticks are; computed unless told. */
  ticks?: readonly { at: number; text: string }[];
};

export type Plot = { title: string; x: Axis; y: Axis; series: readonly Series[]; dots?: boolean };

const WIDTH = 720;
const HEIGHT = 320;
const LEFT = 64;
const RIGHT = 16;
const TOP = 12;
const BOTTOM = 44;
const MIDDLE = (LEFT + WIDTH - RIGHT) / 2;
const CENTRE = (TOP + HEIGHT - BOTTOM) / 2;
const TICKS = 5;

/** From values to places on the paper. */
type Scale = {
  place: (value: number) => number;
  ticks: readonly { at: number; text: string }[];
};

/** A figure with its legend. Empty series are left out; without any there is no figure. */
export function plotFigure({ title, x, y, series, dots = false }: Plot): Html {
  const drawn = series.filter(({ points }) => points.length > 0);
  if (drawn.length === 0) return "";
  const all = drawn.flatMap(({ points }) => points);
  const xScale = scaleOf(
    x,
    all.map(([value]) => value),
    [LEFT, WIDTH - RIGHT],
    false,
  );
  const yScale = scaleOf(
    y,
    all.map(([, value]) => value),
    [HEIGHT - BOTTOM, TOP],
    true,
  );
  const lines = drawn.map((one, index) => lineOf(one, index, xScale, yScale, dots));
  const legend = drawn.map(
    ({ name }, index) => `<li class="s${index % 6}"><span></span>${escapeHtml(name)}</li>`,
  );
  return `<figure><figcaption>${escapeHtml(title)}</figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeHtml(title)}">
${gridOf(xScale, yScale)}
${lines.join("\n")}
<text class="label" x="${MIDDLE}" y="${HEIGHT - 6}">${escapeHtml(x.label)}</text>
<text class="label" transform="translate(14 ${CENTRE}) rotate(-90)">${escapeHtml(y.label)}</text>
</svg><ul class="legend">${legend.join("")}</ul></figure>`;
}

function lineOf({ name, points }: Series, index: number, x: Scale, y: Scale, dots: boolean): Html {
  const places = points.map(
    ([px, py]) => [x.place(px).toFixed(1), y.place(py).toFixed(1)] as const,
  );
  const path = `<polyline points="${places.map((place) => place.join(",")).join(" ")}"/>`;
  const marks = dots
    ? places.map(([cx, cy]) => `<circle cx="${cx}" cy="${cy}" r="3"/>`).join("")
    : "";
  return `<g class="s${index % 6}"><title>${escapeHtml(name)}</title>${path}${marks}</g>`;
}

function gridOf(x: Scale, y: Scale): Html {
  const columns = x.ticks.map(({ at, text }) => {
    const place = x.place(at).toFixed(1);
    return `<line x1="${place}" x2="${place}" y1="${TOP}" y2="${HEIGHT - BOTTOM}"/>
<text class="column" x="${place}" y="${HEIGHT - BOTTOM + 16}">${escapeHtml(text)}</text>`;
  });
  const rows = y.ticks.map(({ at, text }) => {
    const place = y.place(at).toFixed(1);
    return `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${place}" y2="${place}"/>
<text class="row" x="${LEFT - 6}" y="${place}">${escapeHtml(text)}</text>`;
  });
  return `<g class="grid">${[...columns, ...rows].join("")}</g>`;
}

function scaleOf(
  { scale, ticks }: Axis,
  values: readonly number[],
  [from, to]: readonly [number, number],
  fromZero: boolean,
): Scale {
  if (scale === "logarithmic") return logarithmic(values, [from, to], ticks);
  const low = fromZero ? 0 : Math.min(...values);
  const high = Math.max(...values, low + Number.EPSILON);
  return {
    place: (value) => from + ((value - low) / (high - low)) * (to - from),
    ticks: ticks ?? linearTicks(low, high),
  };
}

function logarithmic(
  values: readonly number[],
  [from, to]: readonly [number, number],
  ticks: Axis["ticks"],
): Scale {
  const above = values.filter((value) => value > 0);
  const low = Math.floor(Math.log10(Math.min(...above, 1)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...above, 1))));
  const at = (exponent: number): number => from + ((exponent - low) / (high - low)) * (to - from);
  const decades = Array.from({ length: high - low + 1 }, (_, index) => 10 ** (low + index));
  return {
    // What is zero stands on the axis, having no place of its own.
    place: (value) => at(value > 0 ? Math.log10(value) : low),
    ticks: ticks ?? decades.map((value) => ({ at: value, text: formatTick(value) })),
  };
}

/** At round numbers: 1, 2 or 5 times a power of ten. */
function linearTicks(low: number, high: number): { at: number; text: string }[] {
  const rough = (high - low) / TICKS;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10);
  const ticks: { at: number; text: string }[] = [];
  for (let at = Math.ceil(low / step) * step; at <= high + step / 1_000; at += step) {
    ticks.push({ at, text: formatTick(at) });
  }
  return ticks;
}

const formatTick = (value: number): string =>
  value !== 0 && Math.abs(value) < 1 ? formatNumber(value) : value.toLocaleString("en");
