/** A Grafana that shows what this service sends, and how it calls its data sources. */
export interface GrafanaLinks {
  /** As people's browsers reach it, without a slash at the end. */
  readonly url: string;
  readonly tracesUid: string;
  readonly logsUid: string;
}

interface LinkedRun {
  readonly id: string;
  readonly trace_id: string | null;
  readonly queued_at: Date;
  readonly finished_at: Date | null;
}

/** The provisioned dashboard of one training run. */
export const RUN_BOARD = 'mlops-backend-run';
/** Before and after a run, for clocks that differ and lines that come late. */
const MARGIN_MS = 60_000;

/** Where a run is seen in Grafana: its trace, its log lines, and its dashboard, which has both and what else happened then. */
export function runLinks(
  { id, trace_id: traceId, queued_at, finished_at }: LinkedRun,
  { url, tracesUid, logsUid }: GrafanaLinks,
) {
  const range = {
    from: String(queued_at.getTime() - MARGIN_MS),
    to: finished_at ? String(finished_at.getTime() + MARGIN_MS) : 'now',
  };
  const chosen = {
    'var-run': id,
    'var-trace': traceId ?? '',
    'var-traces': tracesUid,
    'var-logs': logsUid,
  };
  const explore = (type: string, uid: string, query: object) => {
    const queries = [{ refId: 'A', datasource: { type, uid }, ...query }];
    const panes = JSON.stringify({ run: { datasource: uid, queries, range } });
    return `${url}/explore?${new URLSearchParams({ schemaVersion: '1', panes })}`;
  };
  return {
    ...(traceId !== null && {
      trace_url: explore('tempo', tracesUid, { queryType: 'traceql', query: traceId }),
      logs_url: explore('loki', logsUid, {
        queryType: 'range',
        // Whatever the service is called there: a selector must name something.
        expr: `{service_name=~".+"} | trace_id=\`${traceId}\``,
      }),
    }),
    dashboard_url: `${url}/d/${RUN_BOARD}?${new URLSearchParams({ ...range, ...chosen })}`,
  };
}
