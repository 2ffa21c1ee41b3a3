import type { ServiceMetrics } from '../../client/index.ts';
import { api, useLoad } from '../api.ts';
import { AllAlerts, FiringAlerts } from '../parts/alerts.tsx';
import { Page } from '../parts/page.tsx';
import { Routes } from '../parts/routes.tsx';
import { Curves, Now } from '../parts/service-curves.tsx';
import { Empty, Shown } from '../parts/shown.tsx';
import { useRefresh } from '../refresh.ts';
import { namesWith, serviceFigures } from '../service-figures.ts';
import { t } from '../texts/index.ts';

/** As often as the service takes a sample. */
const REFRESH_MS = 15_000;

let prefix: string | undefined;

/** The domain metrics' names are a setting, which an answer about any metric tells. */
async function metrics(signal: AbortSignal): Promise<ServiceMetrics> {
  prefix ??= (await api().getServiceMetrics({ metric: namesWith('').slice(0, 1) }, { signal })).prefix;
  return api().getServiceMetrics({ metric: namesWith(prefix) }, { signal });
}

/** How the service is, from what it exports itself. */
export function ServicePage() {
  const texts = t().service;
  const recorded = useLoad(metrics, []);
  const alerts = useLoad((signal) => api().listAlerts({ signal }), []);
  useRefresh(recorded, REFRESH_MS);
  useRefresh(alerts, REFRESH_MS);
  return (
    <Page title={texts.title} about={texts.about}>
      <Shown of={alerts}>{(list) => <FiringAlerts of={list} />}</Shown>
      <Shown of={recorded}>{(answer) => <Figures of={answer} />}</Shown>
      {alerts.data && <AllAlerts of={alerts.data} />}
    </Page>
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
