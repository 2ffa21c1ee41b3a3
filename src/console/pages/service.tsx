import type { ServiceMetrics } from '../../client/index.ts';
import { api, useLoad } from '../api.ts';
import { AllAlerts, FiringAlerts } from '../parts/alerts.tsx';
import { Page } from '../parts/page.tsx';
import { Routes } from '../parts/routes.tsx';
import { Curves, Now } from '../parts/service-curves.tsx';
import { Empty, Shown } from '../parts/shown.tsx';
import { recentMetrics } from '../recent-metrics.ts';
import { useRefresh } from '../refresh.ts';
import { serviceFigures } from '../service-figures.ts';
import { t } from '../texts/index.ts';

/** As often as the service takes a sample. */
const REFRESH_MS = 15_000;

/** How the service is, from what it exports itself. */
export function ServicePage() {
  const texts = t().service;
  const recorded = useLoad(recentMetrics, []);
  const alerts = useLoad((signal) => api().listAlerts({ signal }), []);
  useRefresh(recorded, REFRESH_MS);
  useRefresh(alerts, REFRESH_MS);
  return (
    <Page
      title={texts.title}
      about={texts.about}
      actions={<Dashboards of={recorded.data?.dashboards ?? []} />}
    >
      <Shown of={alerts}>{(list) => <FiringAlerts of={list} />}</Shown>
      <Shown of={recorded}>{(answer) => <Figures of={answer} />}</Shown>
      {alerts.data && <AllAlerts of={alerts.data} />}
    </Page>
  );
}

/** The same and more, of all processes and for longer, in Grafana. */
function Dashboards({ of: dashboards }: { readonly of: NonNullable<ServiceMetrics['dashboards']> }) {
  const texts = t().service;
  if (dashboards.length === 0) return null;
  return (
    <nav class="actions" aria-label={texts.inGrafana}>
      <span class="muted">{texts.inGrafana}:</span>
      {dashboards.map(({ name, url }) => (
        <a key={name} href={url} target="_blank" rel="noreferrer">
          {texts.dashboards[name]} ↗
        </a>
      ))}
    </nav>
  );
}

function Figures({ of: answer }: { readonly of: ServiceMetrics }) {
  const texts = t().service;
  const figures = serviceFigures(answer);
  if (figures.times.length === 0) return <Empty title={texts.empty} hint={texts.emptyHint} />;
  return (
    <>
      <Now of={figures} />
      <Curves of={figures} />
      <Routes of={figures.routes} />
    </>
  );
}
