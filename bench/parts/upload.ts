import { spawnSync } from 'node:child_process';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { startService } from '../../test/support/service.ts';
import { storageRoot } from '../../test/support/storage-root.ts';
import { type Measured, over, type Part } from '../part.ts';
import { peaksDuring, residentBytes } from '../process-memory.ts';
import { writeTable } from '../tables.ts';

const MB = 1e6;

export const part: Part = {
  about:
    'A large upload over HTTP, until it is stored, checked, profiled and acknowledged, beside `cp` and `sync` of the same file; and what the service’s process needs above its idle memory.',
  async run({ quick }): Promise<Measured> {
    const rounds = quick ? 2 : 5;
    await using root = await storageRoot();
    const path = join(root.path, 'table.csv');
    const size = await writeTable(path, (quick ? 20 : 500) * MB, 'numbers');
    await using service = await startService(join(root.path, 'root'));
    const pid = service.process.pid as number;
    await service.api.upload('warm.csv', 'a,b\n1,2\n3,4\n');
    const idle = await residentBytes(pid);

    const copy = (): number => {
      const start = performance.now();
      spawnSync('sh', ['-c', 'cp "$0" "$0.copy" && sync "$0.copy"', path]);
      return (performance.now() - start) / 1000;
    };
    const upload = async (): Promise<number> => {
      await using file = await open(path);
      const body = file.readableWebStream() as ReadableStream<Uint8Array>;
      const init = { method: 'POST', body, duplex: 'half' } as RequestInit;
      const start = performance.now();
      const response = await service.api.call('/datasets/upload?name=table.csv', init);
      if (response.status !== 201) throw new Error(`${response.status}: ${await response.text()}`);
      const { dataset_id } = await service.api.json<{ dataset_id: string }>(response);
      const took = (performance.now() - start) / 1000;
      await service.api.call(`/datasets/${dataset_id}`, { method: 'DELETE' });
      return took;
    };
    const copied: number[] = [];
    const uploaded: number[] = [];
    const memory: number[] = [];
    for (let round = 0; round < rounds; round++) {
      copied.push(copy());
      await rm(`${path}.copy`);
      const { own } = await peaksDuring(pid, async () => uploaded.push(await upload()));
      memory.push((own - idle) / MB);
    }
    const speeds = (times: readonly number[]) => times.map((time) => size / MB / time);
    return {
      figures: [
        { name: 'upload', unit: 'MB/s', values: speeds(uploaded), aim: { atLeast: 150 } },
        { name: 'cp and sync', unit: 'MB/s', values: speeds(copied) },
        { name: 'memory above idle', unit: 'MB', values: memory },
      ],
      ratios: [{ name: 'time, upload / cp and sync', better: 'lower', values: over(uploaded, copied) }],
    };
  },
};
