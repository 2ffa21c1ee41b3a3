import { expect, test } from 'vitest';
import { hasProgram } from '../support/programs.ts';
import { recordings } from './monitoring-files.ts';
import { nativeRecordings, questionOfRecording } from './native-recordings.ts';
import { asksNativeHistograms, startNativeWorlds } from './panels/native.ts';

const asking = recordings.filter(({ record, expr }) => asksNativeHistograms({ where: record, expr }));

test('what is recorded of native histograms is stated for each rule that asks for them, and for no other', () => {
  expect(nativeRecordings.stated.toSorted()).toEqual(asking.map(({ record }) => record).sort());
});

test.skipIf(!hasProgram('prometheus'))(
  'is what the rules make of them: of our jobs, by their labels, of the newest scrape (program: prometheus)',
  async () => {
    const { world } = nativeRecordings;
    await using prometheus = await startNativeWorlds([world]);
    const questions = asking.map(({ record, expr }) => questionOfRecording(record, expr)!);
    expect(await prometheus.failuresOf(world, questions)).toEqual([]);
  },
);
