import { expect, test } from 'vitest';
import { observeConnections } from '../../../src/telemetry/instruments/connections.ts';
import { startTestMeter } from '../test-meter.ts';

test('the pool is shown as it is at the moment of a scrape', async () => {
  const meter = startTestMeter('mlops.backend');
  let pool = { used: 1, idle: 2, waiting: 0, limit: 10 };
  observeConnections(() => pool);
  const shown = async () => {
    const exposition = await meter.scrape();
    const count = (state: string) =>
      exposition.value('db_client_connection_count', { db_client_connection_state: state });
    return {
      used: count('used'),
      idle: count('idle'),
      waiting: exposition.value('db_client_connection_pending_requests'),
      limit: exposition.value('db_client_connection_limit'),
    };
  };
  expect(await shown()).toEqual(pool);
  pool = { used: 10, idle: 0, waiting: 7, limit: 10 };
  expect(await shown()).toEqual(pool);
});
