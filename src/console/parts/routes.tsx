import { count, seconds } from '../format.ts';
import type { RouteFigures } from '../service-figures.ts';
import { t } from '../texts/index.ts';
import { Section } from './page.tsx';
import { Table } from './table.tsx';

const written = (value: number | undefined) => value !== undefined && seconds(value);

/** Rate, errors and latency of each route. */
export function Routes({ of: routes }: { readonly of: readonly RouteFigures[] }) {
  const texts = t().service;
  return (
    <Section title={texts.routes} hint={texts.routesHint} class="flush">
      <Table
        caption={texts.routes}
        rows={routes}
        keyOf={({ route }) => route}
        columns={[
          { title: texts.route, cell: ({ route }) => <code>{route}</code> },
          { title: texts.requests, isFigure: true, cell: ({ requests }) => count(Math.round(requests)) },
          { title: texts.failures, isFigure: true, cell: ({ failed }) => count(Math.round(failed)) },
          { title: texts.refusals, isFigure: true, cell: ({ refused }) => count(Math.round(refused)) },
          { title: 'p50', isFigure: true, cell: ({ p50 }) => written(p50) },
          { title: 'p95', isFigure: true, cell: ({ p95 }) => written(p95) },
        ]}
      />
    </Section>
  );
}
