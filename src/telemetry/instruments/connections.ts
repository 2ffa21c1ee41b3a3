import { metrics } from '@opentelemetry/api';
import { CATALOGUE, METER_NAME, type MetricDefinition } from '../catalogue.ts';

/** A pool of database connections at a moment. */
export interface Connections {
  readonly used: number;
  readonly idle: number;
  /** Who waits for one. */
  readonly waiting: number;
  readonly limit: number;
}

/** The pool as it is when it is looked at, by the conventions' names. */
export function observeConnections(connections: () => Connections): void {
  const { dbClientConnectionCount, dbClientConnectionPendingRequests, dbClientConnectionLimit } = CATALOGUE;
  const meter = metrics.getMeter(METER_NAME);
  const observable = (definition: MetricDefinition) =>
    meter.createObservableUpDownCounter(definition.name, definition);
  const count = observable(dbClientConnectionCount);
  const pending = observable(dbClientConnectionPendingRequests);
  const most = observable(dbClientConnectionLimit);
  meter.addBatchObservableCallback(
    (result) => {
      const { used, idle, waiting, limit } = connections();
      result.observe(count, used, { 'db.client.connection.state': 'used' });
      result.observe(count, idle, { 'db.client.connection.state': 'idle' });
      result.observe(pending, waiting);
      result.observe(most, limit);
    },
    [count, pending, most],
  );
}
