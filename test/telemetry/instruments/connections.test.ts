import { expect, test } from 'vitest';
import { observeConnections } from '../../../src/telemetry/instruments/connections.ts';
import { startTestMeter } from '../test-meter.ts';

test('every pool is shown as it is at the moment of a scrape', async () => {
  const meter = startTestMeter('mlops.backend');
  let pools = {
    work: { used: 1, idle: 2, waiting: 0, limit: 10 },
    queue: { used: 3, idle: 0, waiting: 2, limit: 3 },
    gauges: { used: 0, idle: 1, waiting: 0, limit: 1 },
  };
  observeConnections(() => pools);
  const shown = async () => {
    const exposition = await meter.scrape();
    const of = (name: string) => {
      const pool = { db_client_connection_pool_name: name };
      const count = (state: string) =>
        exposition.value('db_client_connection_count', { ...pool, db_client_connection_state: state });
      return {
        used: count('used'),
        idle: count('idle'),
        waiting: exposition.value('db_client_connection_pending_requests', pool),
        limit: exposition.value('db_client_connection_limit', pool),
      };
    };
    return { work: of('work'), queue: of('queue'), gauges: of('gauges') };
  };
  expect(await shown()).toEqual(pools);
  pools = { ...pools, work: { used: 10, idle: 0, waiting: 7, limit: 10 } };
  expect(await shown()).toEqual(pools);
});
