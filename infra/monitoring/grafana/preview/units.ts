/** Numbers the way Grafana writes them, for the few units that the dashboards use. */
type Scale = readonly (readonly [factor: number, suffix: string])[];

const SHORT: Scale = [
  [1e9, ' B'],
  [1e6, ' M'],
  [1e3, ' K'],
  [1, ''],
];
const BYTES: Scale = [
  [2 ** 30, ' GiB'],
  [2 ** 20, ' MiB'],
  [2 ** 10, ' KiB'],
  [1, ' B'],
];
const SECONDS: Scale = [
  [86_400, ' d'],
  [3600, ' h'],
  [60, ' min'],
  [1, ' s'],
  [1e-3, ' ms'],
  [1e-6, ' µs'],
];

function scaled(value: number, scale: Scale): string {
  if (value === 0) return `0${scale.find(([factor]) => factor === 1)?.[1] ?? ''}`;
  const [factor, suffix] = scale.find(([least]) => Math.abs(value) >= least) ?? scale.at(-1) ?? [1, ''];
  return digits(value / factor) + suffix;
}

/** Three significant digits, no trailing zeros. */
const digits = (value: number): string => String(Number(value.toPrecision(3)));

/** @param unit a Grafana unit id; an unknown one is a fault of the caller */
export function formatValue(value: number, unit: string): string {
  switch (unit) {
    case 'none':
      return digits(value);
    case 'short':
      return scaled(value, SHORT);
    case 's':
      return scaled(value, SECONDS);
    case 'bytes':
      return scaled(value, BYTES);
    case 'Bps':
      return `${scaled(value, BYTES)}/s`;
    case 'percentunit':
      return `${digits(value * 100)} %`;
    case 'reqps':
      return `${scaled(value, SHORT)} req/s`;
    case 'rps':
      return `${scaled(value, SHORT)} rows/s`;
    default:
      throw new Error(`no format for the unit ${unit}`);
  }
}
