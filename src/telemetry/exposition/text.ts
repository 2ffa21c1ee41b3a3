import { type Family, writeSeries } from './families.ts';
import { histogramText, sampleText } from './samples.ts';
import { escapeHelp } from './text-format.ts';

/** Prometheus text 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats). */
export function writeText(families: Iterable<Family>): string {
  let page = '';
  for (const family of families) {
    const { seriesName: name, type, help } = family;
    page += `# HELP ${name} ${escapeHelp(help)}\n# TYPE ${name} ${type === 'info' ? 'gauge' : type}\n`;
    writeSeries(family, {
      number: ({ value }, labels) => {
        page += sampleText(name, labels, value);
      },
      histogram: ({ value }, labels) => {
        page += histogramText(name, labels, value);
      },
    });
  }
  return page;
}
