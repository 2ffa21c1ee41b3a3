import type { Alert, AlertList } from '../../client/index.ts';
import { count } from '../format.ts';
import { t } from '../texts/index.ts';
import { Section } from './page.tsx';
import { Table } from './table.tsx';
import { Time } from './time.tsx';

const TONES = { critical: 'failed', warning: 'warn' } as const;
/** What Prometheus would put in when it fires. */
const VALUES = /\{\{.*?\}\}/g;

interface ListProps {
  readonly of: AlertList;
}

/** What fires, or why that is not known. */
export function FiringAlerts({ of: { alertmanager, items } }: ListProps) {
  const texts = t().service;
  const firing = items.flatMap((alert) => alert.firing.map((one) => ({ ...one, alert })));
  return (
    <Section title={texts.firing}>
      {firing.length === 0 ? (
        <p role="status">{texts.alertmanager[alertmanager]}</p>
      ) : (
        <ul class="firing">
          {firing.map(({ alert, ...one }) => (
            <Firing key={alert.name + JSON.stringify(one.labels)} alert={alert} of={one} />
          ))}
        </ul>
      )}
    </Section>
  );
}

/** What may fire; the service's own sentences are English. */
export function AllAlerts({ of: { alertmanager, items } }: ListProps) {
  const texts = t().service;
  return (
    <Section title={texts.alerts} hint={texts.alertsHint} class="flush">
      <Table
        caption={texts.alerts}
        rows={items}
        keyOf={({ name }) => name}
        columns={[
          { title: texts.alert, cell: (alert) => <Runbook of={alert} /> },
          { title: texts.severity, cell: (alert) => <Severity of={alert} /> },
          {
            title: texts.fires,
            isFigure: true,
            isExtra: true,
            cell: ({ firing }) => alertmanager === 'answered' && count(firing.length),
          },
          {
            title: texts.meaning,
            cell: ({ description, expression, holds_for }) => (
              <div class="prose">
                <span lang="en">{description.replaceAll(VALUES, '…')}</span>
                <details>
                  <summary>{texts.condition(holds_for)}</summary>
                  <code>{expression}</code>
                </details>
              </div>
            ),
          },
        ]}
      />
    </Section>
  );
}

const Severity = ({ of: { severity } }: { readonly of: Alert }) => (
  <span class={`badge ${TONES[severity]}`}>{t().service.severities[severity]}</span>
);

/** What it means and what to do. */
const Runbook = ({ of: { name, runbook_url } }: { readonly of: Alert }) => (
  <a href={runbook_url} target="_blank" rel="noreferrer">
    {name} ↗
  </a>
);

interface FiringProps {
  readonly alert: Alert;
  readonly of: Alert['firing'][number];
}

function Firing({ alert, of: { started_at, labels, summary, suppressed } }: FiringProps) {
  const texts = t().service;
  const where = Object.entries(labels).filter(([name]) => name !== 'severity');
  return (
    <li class={`notice ${alert.severity === 'critical' ? 'bad' : 'warn'}`}>
      <p>
        <Severity of={alert} /> <Runbook of={alert} /> <Time at={started_at} />
        {suppressed && ` · ${texts.suppressed}`}
      </p>
      <p lang="en">{summary}</p>
      <p class="muted small">{where.map(([name, value]) => `${name} ${value}`).join(' · ')}</p>
    </li>
  );
}
