import { expect, test, vi } from 'vitest';
import { StageRecorder } from '../../src/telemetry/stages.ts';

test('stages are told by the clock on the wall, however far off it the process’s own is', () => {
  // As on a busy machine, where both are read with a while between.
  vi.spyOn(performance, 'timeOrigin', 'get').mockReturnValue(performance.timeOrigin + 60_000);
  const before = Date.now();
  const recorder = new StageRecorder(() => {});
  recorder.begin('read');
  recorder.part('trial', 0, { 'mlops.trial.family': 'linear', 'mlops.trial.loss': 1 });
  recorder.end();
  const told = recorder.take().flatMap(({ startedAt, endedAt = startedAt }) => [startedAt, endedAt]);
  for (const time of told) {
    expect(time).toBeGreaterThan(before - 1);
    expect(time).toBeLessThan(Date.now() + 1);
  }
});
