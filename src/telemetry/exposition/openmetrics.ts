import type { HrTime } from '@opentelemetry/api';
import { type Family, writeSeries } from './families.ts';
import { histogramText, sampleText } from './samples.ts';
import { escapeLabelValue } from './text-format.ts';

/** OpenMetrics text 1.0 (prometheus.io/docs/specs/om/open_metrics_spec): says too since when a series has counted. */
export function writeOpenMetrics(families: Iterable<Family>): string {
  let page = '';
  for (const family of families) {
    const { name, seriesName, type } = family;
    page += head(family);
    writeSeries(family, {
      number: ({ value, startTime }, labels) => {
        page += sampleText(seriesName, labels, value);
        if (type === 'counter') page += createdText(name, labels, startTime);
      },
      histogram: ({ value, startTime }, labels) => {
        page += histogramText(name, labels, value) + createdText(name, labels, startTime);
      },
    });
  }
  return `${page}# EOF\n`;
}

function head({ name, type, unit, help }: Family): string {
  const unitLine = unit === '' ? '' : `# UNIT ${name} ${unit}\n`;
  return `# TYPE ${name} ${type}\n${unitLine}# HELP ${name} ${escapeLabelValue(help)}\n`;
}

function createdText(name: string, labels: string, [seconds, nanoseconds]: HrTime): string {
  return sampleText(`${name}_created`, labels, seconds + Math.round(nanoseconds / 1e6) / 1e3);
}
