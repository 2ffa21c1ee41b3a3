/** Values, bounds and escapes of the Prometheus text format 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats). */

/** A sample's value. */
export function valueText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  if (value === Number.NEGATIVE_INFINITY) return '-Inf';
  return String(value);
}

/**
 * A bucket's bound as Prometheus 3 normalises it (Go's shortest `%g`, always recognisable as a float), so that
 * `le` has one spelling under every version: `0.005`, `1.0`, `100000.0`, `1e+06`.
 */
export function boundText(bound: number): string {
  if (!Number.isFinite(bound)) return valueText(bound);
  const [mantissa = '', exponent] = bound.toExponential().split('e');
  const power = Number(exponent);
  if (power < -4 || power >= 6) {
    return `${mantissa}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
  }
  const plain = String(bound);
  return plain.includes('.') ? plain : `${plain}.0`;
}

export function escapeHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

const NEEDS_ESCAPE = /[\\"\n]/;

export function escapeLabelValue(text: string): string {
  if (!NEEDS_ESCAPE.test(text)) return text;
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
