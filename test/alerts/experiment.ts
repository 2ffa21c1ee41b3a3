import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '../support/client.ts';
import { minutes, uncompressed } from './compression.ts';
import type { Fault } from './fault.ts';
import type { Monitoring } from './monitoring.ts';
import { startWorld } from './world.ts';

/** What everybody must be used to before something happens. */
const BEFORE = 3;
/** How long after everybody has been told others may still come that should not. */
const AFTER = 3;
/** Given up after so long: a clean-up that gets nothing done is told of after two hours and a quarter. */
const LIMIT = 180;
/** A dead man's switch with as much patience as the runbook advises. */
const PATIENCE = 5;

/** Minutes on the clock of the rules. */
export interface Told {
  readonly alert: string;
  /** From the beginning of the fault; null: never. */
  readonly raised: number | null;
  /** From its end, or from its beginning where it passes by itself; null: never. */
  readonly cleared: number | null;
}

export interface Measured {
  readonly fault: string;
  readonly told: readonly Told[];
  /** What else came. */
  readonly others: readonly string[];
  /** Seconds on the clock of the rules: the longest between two pings of the heartbeat while nothing was wrong. */
  readonly pingedWithin: number;
}

/** What becomes known, when, from the one source that the fault leaves. */
interface Watch extends AsyncDisposable {
  /** First after a moment; undefined: not yet. */
  raised(alert: string, after: number): number | undefined;
  cleared(alert: string, after: number): number | undefined;
  /** Every alert that was raised after a moment. */
  all(after: number): readonly string[];
}

const HEARTBEAT = 'MonitoringHeartbeat';

/** What Alertmanager tells people. */
function told({ receiver }: Monitoring): Watch {
  const moments = (status: string) =>
    receiver.received.flatMap(({ receivedAt, alerts }) =>
      alerts
        .filter((alert) => alert.status === status && alert.labels['alertname'] !== HEARTBEAT)
        .map(({ labels }) => ({
          alert: labels['alertname'] ?? '',
          at: receivedAt,
          key: JSON.stringify(labels),
        })),
    );
  return {
    raised: (alert, after) => moments('firing').find((one) => one.alert === alert && one.at >= after)?.at,
    cleared(alert, after) {
      // Over when all are that were raised: there may be one for each process.
      const raised = new Map(
        moments('firing')
          .filter((one) => one.alert === alert)
          .map((one) => [one.key, one.at]),
      );
      const over = new Map(
        moments('resolved')
          .filter((one) => one.alert === alert)
          .map((one) => [one.key, one.at]),
      );
      const ends = [...raised].map(([key, at]) => {
        const end = over.get(key);
        return end !== undefined && end >= at ? end : undefined;
      });
      if (ends.length === 0 || ends.includes(undefined)) return undefined;
      return Math.max(after, ...ends.map((end) => end ?? 0));
    },
    all: (after) => [
      ...new Set(
        moments('firing')
          .filter(({ at }) => at >= after)
          .map(({ alert }) => alert),
      ),
    ],
    [Symbol.asyncDispose]: async () => {},
  };
}

/** What Prometheus shows to whoever looks. */
function seen(monitoring: Monitoring): Watch {
  const changes: { alert: string; at: number; firing: boolean }[] = [];
  const stop = new AbortController();
  const looking = (async () => {
    let before = new Set<string>();
    while (!stop.signal.aborted) {
      const names = await monitoring.firing().catch(() => undefined);
      if (names) {
        const now = new Set(names.filter((name) => name !== HEARTBEAT));
        for (const alert of now.difference(before)) changes.push({ alert, at: Date.now(), firing: true });
        for (const alert of before.difference(now)) changes.push({ alert, at: Date.now(), firing: false });
        before = now;
      }
      await delay(200, undefined, { signal: stop.signal }).catch(() => {});
    }
  })();
  const find = (alert: string, after: number, firing: boolean) =>
    changes.find((one) => one.alert === alert && one.at >= after && one.firing === firing)?.at;
  return {
    raised: (alert, after) => find(alert, after, true),
    cleared: (alert, after) => find(alert, after, false),
    all: (after) => [
      ...new Set(changes.filter(({ at, firing }) => firing && at >= after).map(({ alert }) => alert)),
    ],
    async [Symbol.asyncDispose]() {
      stop.abort();
      await looking;
    },
  };
}

/** What a dead man's switch makes of the pings. */
function silence({ receiver }: Monitoring): Watch {
  const pings = () =>
    receiver.received
      .filter(({ receiver: name }) => name === 'heartbeat')
      .map(({ receivedAt }) => receivedAt);
  return {
    raised(_, after) {
      const due = Math.max(after, ...pings()) + minutes(PATIENCE);
      return Date.now() >= due ? due : undefined;
    },
    cleared: (_, after) => pings().find((at) => at >= after),
    all: () => [],
    [Symbol.asyncDispose]: async () => {},
  };
}

const WATCHES = { told, seen, silence };

async function until<T>(look: () => T | undefined): Promise<T | undefined> {
  const end = Date.now() + minutes(LIMIT);
  for (;;) {
    const found = look();
    if (found !== undefined || Date.now() > end) return found;
    await delay(100);
  }
}

/** Silence between pings of the heartbeat that came in a stretch of time, the longest. */
function longestGap({ receiver }: Monitoring, from: number, to: number): number {
  const pings = receiver.received
    .filter(
      ({ receiver: name, receivedAt }) => name === 'heartbeat' && receivedAt >= from && receivedAt <= to,
    )
    .map(({ receivedAt }) => receivedAt);
  return Math.max(...pings.slice(1).map((at, i) => at - (pings[i] ?? at)));
}

const saysResolved = ({ receiver }: Monitoring) =>
  receiver.received.some(({ receiver: name, status }) => name === 'heartbeat' && status === 'resolved');

const rounded = (milliseconds: number) => Math.round(uncompressed(milliseconds) * 10) / 10;

export async function measure(fault: Fault): Promise<Measured> {
  await using world = await startWorld(fault.world);
  // While the world was begun, nobody was there yet.
  await eventually(async () => (await world.monitoring.firing()).every((alert) => alert === HEARTBEAT));
  await using watch = WATCHES[fault.known ?? 'told'](world.monitoring);
  const began = Date.now();
  await delay(minutes(BEFORE));

  const before = Date.now();
  await using mend = new AsyncDisposableStack();
  mend.use(await fault.make(world));
  // From now on: what led up to it, a model that had to be trained first, is no part of it.
  const made = Date.now();
  const raised = new Map<string, number | undefined>();
  for (const alert of fault.expected) raised.set(alert, await until(() => watch.raised(alert, before)));
  const least = made + minutes(fault.lasts ?? 0);
  await delay(Math.max(minutes(AFTER), least - Date.now()));

  const mended = Date.now();
  await mend.disposeAsync();
  const cleared = new Map<string, number | undefined>();
  for (const alert of fault.expected)
    if (!fault.endUnwaited && raised.get(alert) !== undefined)
      cleared.set(alert, await until(() => watch.cleared(alert, fault.passes ? before : mended)));
  await delay(minutes(AFTER));

  const others = [
    ...watch.all(began).filter((alert) => !fault.expected.includes(alert)),
    ...(saysResolved(world.monitoring) ? [`${HEARTBEAT} (resolved)`] : []),
  ];
  const since = (moment: number | undefined, from: number) =>
    moment === undefined ? null : Math.max(0, rounded(moment - from));
  return {
    fault: fault.name,
    told: fault.expected.map((alert) => ({
      alert,
      raised: since(raised.get(alert), made),
      cleared: since(cleared.get(alert), fault.passes ? made : mended),
    })),
    others,
    pingedWithin: Math.round(uncompressed(longestGap(world.monitoring, began, before)) * 60),
  };
}
