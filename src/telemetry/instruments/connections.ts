import { metrics } from '@opentelemetry/api';
import { CONNECTION_POOLS, type ConnectionPool } from '../../vocabulary/connections.ts';
import { CATALOGUE, METER_NAME, type MetricDefinition } from '../catalogue.ts';

/** A pool of database connections at a moment. */
export interface Connections {
  readonly used: number;
  readonly idle: number;
  /** Who waits for one. */
  readonly waiting: number;
  readonly limit: number;
}

/** The pools as they are when they are looked at, by the conventions' names. */
export function observeConnections(connections: () => Readonly<Record<ConnectionPool, Connections>>): void {
  const { dbClientConnectionCount, dbClientConnectionPendingRequests, dbClientConnectionLimit } = CATALOGUE;
  const meter = metrics.getMeter(METER_NAME);
  const observable = (definition: MetricDefinition) =>
    meter.createObservableUpDownCounter(definition.name, definition);
  const count = observable(dbClientConnectionCount);
  const pending = observable(dbClientConnectionPendingRequests);
  const most = observable(dbClientConnectionLimit);
  meter.addBatchObservableCallback(
    (result) => {
      const pools = connections();
      for (const name of CONNECTION_POOLS) {
        const { used, idle, waiting, limit } = pools[name];
        const pool = { 'db.client.connection.pool.name': name };
        result.observe(count, used, { ...pool, 'db.client.connection.state': 'used' });
        result.observe(count, idle, { ...pool, 'db.client.connection.state': 'idle' });
        result.observe(pending, waiting, pool);
        result.observe(most, limit, pool);
      }
    },
    [count, pending, most],
  );
}
