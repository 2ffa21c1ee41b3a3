import { describe, expect, test } from 'vitest';
import { eventually } from '../support/client.ts';
import { startDeployed } from '../support/deployment.ts';
import { hasProgram } from '../support/programs.ts';
import { startPrometheus } from '../support/prometheus.ts';

describe.skipIf(!hasProgram('prometheus'))('with a real Prometheus (program: prometheus)', () => {
  test('the target is up and the training runs can be queried', async () => {
    await using service = await startDeployed();
    await using prometheus = await startPrometheus(new URL(service.origin).host);
    const { query } = prometheus;
    const dataset = await service.api.uploadFile('wine_train.csv');
    await service.api.train(dataset.dataset_id);
    await eventually(async () => (await query('up{job="backend"}').catch(() => undefined)) === 1);
    const successes =
      'mlops_backend_training_runs_total{mode="light",outcome="success",task="classification"}';
    await eventually(async () => (await query(successes)) === 1);
    expect(await query('sum(mlops_backend_dataset_uploads_total)')).toBe(1);
    expect(await query('max(mlops_backend_dataset_stored_bytes)')).toBe(dataset['size_bytes']);
    // It asked for OpenMetrics, which knows a counter by another name than its series; the times are no series.
    const { data } = await prometheus.api<Record<string, { type: string }[]>>('metadata');
    expect(data['mlops_backend_training_runs']).toMatchObject([{ type: 'counter' }]);
    expect(await query('count({__name__=~".+_created"})')).toBeUndefined();
  });
});
