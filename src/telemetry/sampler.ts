import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace';

const ROOTS: Readonly<Partial<Record<string, (share: number) => Sampler>>> = {
  always_on: () => new AlwaysOnSampler(),
  always_off: () => new AlwaysOffSampler(),
  traceidratio: (share) => new TraceIdRatioBasedSampler(share),
};

/** `OTEL_TRACES_SAMPLER` and `OTEL_TRACES_SAMPLER_ARG`. */
export interface SamplerChoice {
  readonly name: string | undefined;
  readonly argument: string | undefined;
}

/**
 * The sampler that the environment names. The SDK makes the same, but lets nobody ask it.
 * @returns undefined for a name or a share that makes no sense, of which `otelFaults` tells: the SDK takes what it takes then
 */
export function samplerOf({ name, argument }: SamplerChoice): Sampler | undefined {
  const [, parentBased, root = ''] = /^(parentbased_)?(.*)$/.exec(name || 'parentbased_always_on') ?? [];
  const share = argument ? Number(argument) : Number.NaN;
  if (root === 'traceidratio' && !(share >= 0 && share <= 1)) return undefined;
  const sampler = ROOTS[root]?.(share);
  return sampler && parentBased ? new ParentBasedSampler({ root: sampler }) : sampler;
}
