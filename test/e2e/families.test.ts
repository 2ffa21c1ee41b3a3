import { expect, test } from 'vitest';
import { CATALOGUE } from '../../src/telemetry/catalogue.ts';
import { prometheusMetrics } from '../../src/telemetry/prometheus-names.ts';
import { freshDeployment, startDeployed } from '../support/deployment.ts';
import type { Service } from '../support/service.ts';
import { Exposition } from '../telemetry/exposition-reader.ts';

const metrics = prometheusMetrics();
const nameOf = (wanted: object) => metrics.find(({ definition }) => definition === wanted)?.name ?? '';

/** Made by `fetch`, which asks an Alertmanager: here there is none. */
const OUTGOING = nameOf(CATALOGUE.httpClientRequestDuration);
/** Known to whoever predicts. */
const DRIFT = [nameOf(CATALOGUE.modelInputDrift), nameOf(CATALOGUE.modelsInUse)];

async function families({ api }: Service): Promise<string[]> {
  return [...new Exposition(await api.metrics()).families.keys()].sort();
}

const allBut = (...absent: readonly string[]) =>
  metrics
    .map(({ name }) => name)
    .filter((name) => !absent.includes(name))
    .sort();

/** Each sample costs whoever scrapes it: what is added is added knowingly. */
const MOST_AT_START = 750;

async function samplesOf({ api }: Service): Promise<number> {
  const { families } = new Exposition(await api.metrics());
  return [...families.values()].reduce((sum, { samples }) => sum + samples.length, 0);
}

/** Everything that the service does for its clients, and so everything that the queue does for the service. */
async function use({ api }: Service): Promise<void> {
  const { dataset_id: dataset } = await api.uploadFile('wine_train.csv');
  const { artifact_id: artifact } = await api.train(dataset);
  const rows = Array(500).fill(Object.fromEntries(Array.from({ length: 13 }, (_, i) => [`f${i}`, i])));
  expect((await api.post(`/artifacts/${artifact}/predict`, { rows })).status).toBe(200);
}

test('a process of every role at once exports every metric of the catalogue and no other, in 750 samples at the start', async () => {
  await using service = await startDeployed();
  expect(await samplesOf(service)).toBeLessThanOrEqual(MOST_AT_START);
  await use(service);
  expect(await families(service)).toEqual(allBut(OUTGOING));
});

test('an API and its worker export every metric of the catalogue that is theirs and no other, each in 750 samples at the start', async () => {
  await using deployment = await freshDeployment();
  const api = await deployment.start({ ROLE: 'api' });
  const worker = await deployment.start({ ROLE: 'worker' });
  for (const process of [api, worker]) expect(await samplesOf(process)).toBeLessThanOrEqual(MOST_AT_START);
  await use(api);
  await worker.api.call('/api/health');
  expect(await families(api)).toEqual(allBut(OUTGOING));
  expect(await families(worker)).toEqual(allBut(OUTGOING, ...DRIFT));
});
