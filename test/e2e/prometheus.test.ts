import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { eventually } from '../support/client.ts';
import { freshDatabase } from '../support/database.ts';
import { freePort } from '../support/free-port.ts';
import { hasProgram } from '../support/programs.ts';
import { startService } from '../support/service.ts';
import { storageRoot } from '../support/storage-root.ts';
import { tied } from '../support/tied.ts';

async function startPrometheus(target: string): Promise<AsyncDisposable & { origin: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'mlops-prometheus-'));
  const port = await freePort();
  const config = `global: { scrape_interval: 1s }\nscrape_configs: [{ job_name: backend, static_configs: [{ targets: ['${target}'] }] }]\n`;
  await writeFile(join(folder, 'prometheus.yml'), config);
  const process = tied(
    spawn(
      'prometheus',
      [
        `--config.file=${folder}/prometheus.yml`,
        `--storage.tsdb.path=${folder}/data`,
        `--web.listen-address=127.0.0.1:${port}`,
      ],
      { stdio: 'ignore', detached: true },
    ),
  );
  return {
    origin: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      process.kill('SIGTERM');
      await once(process, 'close');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

describe.skipIf(!hasProgram('prometheus'))('with a real Prometheus (program: prometheus)', () => {
  test('the target is up and the training runs can be queried', async () => {
    await using root = await storageRoot();
    await using database = await freshDatabase();
    await using service = await startService(root.path, { DATABASE_URL: database.url });
    await using prometheus = await startPrometheus(new URL(service.origin).host);
    const query = async (expression: string): Promise<number | undefined> => {
      const url = `${prometheus.origin}/api/v1/query?query=${encodeURIComponent(expression)}`;
      const answer = (await (await fetch(url)).json()) as { data: { result: { value: [number, string] }[] } };
      const [first] = answer.data.result;
      return first && Number(first.value[1]);
    };
    const dataset = await service.api.uploadFile('wine_train.csv');
    await service.api.train(dataset.dataset_id);
    await eventually(async () => (await query('up{job="backend"}').catch(() => undefined)) === 1);
    const successes =
      'mlops_backend_training_runs_total{mode="light",outcome="success",task="classification"}';
    await eventually(async () => (await query(successes)) === 1);
    expect(await query('sum(mlops_backend_dataset_uploads_total)')).toBe(1);
    expect(await query('max(mlops_backend_dataset_stored_bytes)')).toBe(dataset['size_bytes']);
  });
});
