import type { HrTime } from '@opentelemetry/api';
import type { Exemplar } from '../bound/exemplar.ts';
import { type Family, writeSeries } from './families.ts';
import { histogramText, sampleText } from './samples.ts';
import { escapeLabelValue, valueText } from './text-format.ts';
import { TextPage } from './text-page.ts';

/**
 * OpenMetrics text 1.0 (prometheus.io/docs/specs/om/open_metrics_spec): says too since when a series counts, and for each
 * bucket the newest value that was recorded in a sampled span.
 */
export function writeOpenMetrics(families: Iterable<Family>): Buffer<ArrayBuffer> {
  const page = new TextPage();
  for (const family of families) {
    const { name, seriesName, type } = family;
    page.add(head(family));
    writeSeries(family, {
      number: ({ value, startTime }, labels) => {
        page.add(sampleText(seriesName, labels, value));
        if (type === 'counter') page.add(createdText(name, labels, startTime));
      },
      histogram: ({ value, startTime }, labels) => {
        const exemplars = value.exemplars?.map(exemplarText);
        page.add(histogramText(name, labels, value, exemplars) + createdText(name, labels, startTime));
      },
    });
  }
  page.add('# EOF\n');
  return page.bytes();
}

function head({ name, type, unit, help }: Family): string {
  const unitLine = unit === '' ? '' : `# UNIT ${name} ${unit}\n`;
  return `# TYPE ${name} ${type}\n${unitLine}# HELP ${name} ${escapeLabelValue(help)}\n`;
}

function exemplarText(exemplar: Exemplar | undefined): string {
  if (exemplar === undefined) return '';
  const { value, span, time } = exemplar;
  return ` # {trace_id="${span.traceId}",span_id="${span.spanId}"} ${valueText(value)} ${time / 1e3}`;
}

function createdText(name: string, labels: string, [seconds, nanoseconds]: HrTime): string {
  return sampleText(`${name}_created`, labels, seconds + Math.round(nanoseconds / 1e6) / 1e3);
}
