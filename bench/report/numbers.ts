/** Numbers as the reports print them: three figures, and commas between thousands. */

export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return "–";
  if (Number.isInteger(value)) return value.toLocaleString("en");
  const size = Math.abs(value);
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
  return value.toLocaleString("en", {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

export const formatMegabytes = (bytes: number): string =>
  `${formatNumber(bytes / 1_024 / 1_024)} MB`;
