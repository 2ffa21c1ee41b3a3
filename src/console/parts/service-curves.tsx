import type { ComponentChildren } from 'preact';
import { Plot, type Series } from '../charts/plot.tsx';
import { bytes, count, figure, fromNow, percent, seconds } from '../format.ts';
import type { ServiceFigures } from '../service-figures.ts';
import { t } from '../texts/index.ts';
import { Section } from './page.tsx';

interface Of {
  readonly of: ServiceFigures;
}

/** How things stand. */
export function Now({ of: { now } }: Of) {
  const texts = t().service;
  const written = (value: number | undefined, write: (value: number) => string) =>
    value === undefined ? texts.unknown : write(value);
  const scores: readonly (readonly [title: string, value: string, beneath?: ComponentChildren])[] = [
    [texts.rate, figure(now.rate), texts.perSecond],
    [texts.errors, written(now.errors, percent), texts.errorsHint],
    [texts.latency, written(now.p95, seconds), 'p95'],
    [
      texts.waiting,
      count(now.waiting),
      now.oldest ? texts.oldestOf(seconds(Math.round(now.oldest))) : texts.noneWaits,
    ],
    [
      texts.drained,
      Number.isFinite(now.drained) ? seconds(Math.round(now.drained)) : texts.never,
      texts.drainedHint,
    ],
    [
      texts.cleanedUp,
      now.cleanedUp === undefined ? t().app.never : fromNow(new Date(now.cleanedUp * 1000).toISOString()),
    ],
    [texts.loop, written(now.loop, seconds), 'p99'],
    [
      texts.memory,
      written(now.memory, bytes),
      now.memoryLimit !== undefined && texts.of(bytes(now.memoryLimit)),
    ],
  ];
  return (
    <Section title={texts.now}>
      <dl class="scores">
        {scores.map(([title, value, beneath]) => (
          <div key={title}>
            <dt>{title}</dt>
            <dd>
              {value}
              {beneath && <span class="muted">{beneath}</span>}
            </dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}

/** What the last hour was like. */
export function Curves({ of: figures }: Of) {
  const texts = t().service;
  const { requests, latency, uploads, queue, oldest, runs, cleanUp, loop, memory } = figures;
  const line = (title: string, values: Series['values'], colour: Series['colour'] = 1): Series => ({
    ...{ title, values, colour },
    kind: 'line',
  });
  const curves: readonly (readonly [
    title: string,
    unit: string,
    series: readonly Series[],
    write?: (value: number) => string,
  ])[] = [
    [
      texts.requests,
      texts.perSecond,
      [
        line(texts.all, requests.all),
        line(texts.refused, requests.refused, 2),
        line(texts.failed, requests.failed, 5),
      ],
    ],
    [texts.latency, texts.time, [line('p50', latency.p50), line('p95', latency.p95, 2)], seconds],
    [
      texts.uploads,
      texts.perMinute,
      [line(texts.stored, uploads.stored, 3), line(texts.lost, uploads.refused, 5)],
    ],
    [
      texts.queue,
      texts.runs,
      [
        line(t().statuses.queued, queue.queued, 2),
        line(t().statuses.running, queue.running, 3),
        line(texts.retrying, queue.retrying, 5),
      ],
    ],
    [texts.oldest, texts.time, [line(texts.oldest, oldest)], seconds],
    [
      texts.trainings,
      texts.perMinute,
      [
        line(t().statuses.succeeded, runs.succeeded, 3),
        line(t().statuses.failed, runs.failed, 5),
        line(t().statuses.cancelled, runs.cancelled, 6),
      ],
    ],
    [
      texts.cleanUp,
      texts.datasets,
      [line(texts.removed, cleanUp.removed), line(texts.expired, cleanUp.expired, 2)],
    ],
    [texts.loop, texts.time, [line('p50', loop.p50), line('p99', loop.p99, 2)], seconds],
    [texts.memory, texts.resident, [line(texts.memory, memory)], bytes],
  ];
  return (
    <div class="columns">
      {curves.map(([title, unit, series, write]) => (
        <Section key={title} title={title}>
          <Plot
            label={title}
            x={{ title: texts.at, values: figures.times, isTime: true }}
            y={{ title: unit, isFromZero: true, ...(write && { write }) }}
            series={series}
          />
        </Section>
      ))}
    </div>
  );
}
