import { type Family, writeSeries } from './families.ts';
import { histogramText, sampleText } from './samples.ts';
import { escapeHelp } from './text-format.ts';
import { TextPage } from './text-page.ts';

/** Prometheus text 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats). */
export function writeText(families: Iterable<Family>): Buffer<ArrayBuffer> {
  const page = new TextPage();
  for (const family of families) {
    const { seriesName: name, type, help } = family;
    page.add(`# HELP ${name} ${escapeHelp(help)}\n# TYPE ${name} ${type === 'info' ? 'gauge' : type}\n`);
    writeSeries(family, {
      number: ({ value }, labels) => page.add(sampleText(name, labels, value)),
      histogram: ({ value }, labels) => page.add(histogramText(name, labels, value)),
    });
  }
  return page.bytes();
}
