import {
  AggregationType,
  createAllowListAttributesProcessor,
  type IAttributesProcessor,
  type ViewOptions,
} from '@opentelemetry/sdk-metrics';
import { CATALOGUE, METER_NAME, type MetricDefinition } from './catalogue.ts';

const OPERATION = 'db.operation.name';

/** The instrumentation takes all before the first space for the operation: `BEGIN;` and a line end, for example. */
const operationIsOneWord: IAttributesProcessor = {
  process(attributes) {
    const { [OPERATION]: operation } = attributes;
    if (typeof operation !== 'string' || !/\W/.test(operation)) return attributes;
    return { ...attributes, [OPERATION]: /\w*/.exec(operation.trim())?.[0] ?? '' };
  },
};

/**
 * One view for each metric of the catalogue: its labels and no others, its buckets. Each names its meter and its
 * instrument, because two views that match one instrument count every value twice.
 * @param prefix of the domain metrics, `<namespace>.<subsystem>`
 * @param latencyBuckets upper bounds of `http.server.request.duration`, seconds
 */
export function catalogueViews(prefix: string, latencyBuckets: readonly number[]): ViewOptions[] {
  return Object.values<MetricDefinition>(CATALOGUE)
    .filter((definition) => definition !== CATALOGUE.targetInfo)
    .map((definition) => {
      const { source } = definition;
      const name = definition.group === 'domain' ? `${prefix}.${definition.name}` : definition.name;
      const buckets =
        definition === CATALOGUE.httpServerRequestDuration ? latencyBuckets : definition.buckets;
      return {
        meterName: source?.meter ?? METER_NAME,
        instrumentName: source?.instrument ?? name,
        name,
        description: definition.description,
        attributesProcessors: [
          createAllowListAttributesProcessor(Object.keys(definition.labels)),
          ...(OPERATION in definition.labels ? [operationIsOneWord] : []),
        ],
        ...(buckets && {
          aggregation: {
            type: AggregationType.EXPLICIT_BUCKET_HISTOGRAM,
            options: { boundaries: [...buckets], recordMinMax: false },
          },
        }),
      };
    });
}
