import { describe, expect, test } from 'vitest';
import { formatValue } from '../../infra/monitoring/grafana/preview/units.ts';
import { dashboards, queryPanels } from './monitoring-files.ts';

describe('the preview writes numbers', () => {
  test.each([
    [0, 's', '0 s'],
    [0.0042, 's', '4.2 ms'],
    [90, 's', '1.5 min'],
    [7200, 's', '2 h'],
    [0.051, 'percentunit', '5.1 %'],
    [1536, 'bytes', '1.5 KiB'],
    [3 * 2 ** 30, 'bytes', '3 GiB'],
    [2048, 'Bps', '2 KiB/s'],
    [12_345, 'short', '12.3 K'],
    [0.25, 'reqps', '0.25 req/s'],
    [7, 'none', '7'],
  ])('%d %s as %s', (value, unit, text) => {
    expect(formatValue(value, unit)).toBe(text);
  });

  test('of every unit that the dashboards use', () => {
    const units = dashboards.flatMap((dashboard) =>
      queryPanels(dashboard).map(({ fieldConfig }) => fieldConfig.defaults.unit ?? ''),
    );
    for (const unit of new Set(units)) expect(formatValue(1, unit)).not.toBe('');
  });
});
