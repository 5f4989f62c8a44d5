/** The icons: line drawings on a grid of 24, in the colour of the text around them. */

import { svg, html, type TemplateResult } from "lit";

const icon = (paths: TemplateResult): TemplateResult => html`<svg
  class="icon"
  viewBox="0 0 24 24"
  width="24"
  height="24"
  fill="none"
  stroke="currentColor"
  stroke-width="2"
  stroke-linecap="round"
  stroke-linejoin="round"
  aria-hidden="true"
  focusable="false"
>
  ${paths}
</svg>`;

export const ICONS = {
  deposit: icon(svg`<path d="M12 4v11m-5-5 5 5 5-5M4 20h16" />`),
  withdraw: icon(svg`<path d="M12 15V4m-5 5 5-5 5 5M4 20h16" />`),
  transfer: icon(svg`<path d="M4 8h15m-4-4 4 4-4 4M20 16H5m4 4-4-4 4-4" />`),
  history: icon(svg`<path d="M5 6h14M5 12h14M5 18h9" />`),
  balance: icon(svg`<path d="M5 20V10m7 10V4m7 16v-7" />`),
  done: icon(svg`<circle cx="12" cy="12" r="9" /><path d="m8 12 3 3 5-6" />`),
  wait: icon(svg`<circle cx="12" cy="12" r="9" /><path d="M12 7v5l3 2" />`),
  warning: icon(svg`<path d="M12 3 2 20h20zM12 10v4m0 3v.01" />`),
  shield: icon(svg`<path d="M12 3 5 6v6c0 4 3 7 7 9 4-2 7-5 7-9V6zM9 12l2 2 4-4" />`),
  key: icon(svg`<circle cx="8" cy="12" r="4" /><path d="M12 12h9v4m-4-4v3" />`),
  copy: icon(svg`<path d="M9 9h11v12H9zM15 9V4H4v12h5" />`),
  print: icon(svg`<path d="M7 8V3h10v5M7 17H4V9h16v8h-3M7 14h10v7H7z" />`),
  connected: icon(svg`<path d="M4 12h16M8 8l-4 4 4 4m8-8 4 4-4 4" />`),
  disconnected: icon(svg`<path d="M3 12h5m8 0h5M10 8v8m4-8v8" />`),
  unknown: icon(
    svg`<circle cx="12" cy="12" r="9" />
      <path d="M9.5 9.5a2.5 2.5 0 1 1 3.5 2.3c-.7.3-1 .8-1 1.7m0 3v.01" />`,
  ),
  tab: icon(svg`<rect x="3" y="5" width="18" height="14" rx="2" /><path d="M3 10h18M8 5v5" />`),
  book: icon(svg`<path d="M5 4h13v16H6.5A1.5 1.5 0 0 1 5 18.5zm0 14.5A1.5 1.5 0 0 1 6.5 17H18" />`),
  eye: icon(svg`<path d="M2 12q10-14 20 0-10 14-20 0z" /><circle cx="12" cy="12" r="3" />`),
  eyeClosed: icon(svg`<path d="M2 10q10 12 20 0M12 16v4m-7-6-2 3m16-3 2 3" />`),
  light: icon(
    svg`<circle cx="12" cy="12" r="4" />
      <path d="M12 2v2m0 16v2M2 12h2m16 0h2M5 5l1.5 1.5m11 11L19 19M5 19l1.5-1.5m11-11L19 5" />`,
  ),
  dark: icon(svg`<path d="M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5z" />`),
};
