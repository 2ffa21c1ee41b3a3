import { openDatabase } from '../../../src/domain/table/duckdb.ts';
import { previewOf } from '../../../src/domain/table/preview.ts';
import { inspect, PARQUET, refusal, test } from './files.ts';

test('a file that can no longer be read when its first rows are looked at is refused in words of ours', async ({
  parquet,
  write,
}) => {
  const profile = await inspect(await parquet('select 1 as a, 2 as b from range(9)'), PARQUET);
  const path = await write('PAR1 secret PAR1', 'damaged.parquet');
  const workshop = { open: openDatabase, memoryMb: 256, tempDirectory: undefined };
  await refusal(previewOf({ path, fileType: PARQUET }, profile, workshop), 'bad_format');
});
