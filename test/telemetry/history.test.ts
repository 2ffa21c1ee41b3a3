import { expect, test } from 'vitest';
import { eachSample } from '../../src/telemetry/exposition/each-sample.ts';
import { writeText } from '../../src/telemetry/exposition/text.ts';
import { createHistory } from '../../src/telemetry/history/history.ts';
import { createInstruments } from '../../src/telemetry/instruments/instruments.ts';
import { samples } from '../support/exposition.ts';
import { startTestMeter } from './test-meter.ts';

const onlyOne = new Set(['a']);

/** A sample of each series of `a`, by its label. */
const values = (of: Readonly<Record<string, number>>) => (onSample: Parameters<typeof eachSample>[1]) => {
  for (const [x, value] of Object.entries(of)) onSample(`a{x="${x}"}`, 'a', () => ({ x }), value);
};

test('as many samples are kept as there is room for, in the order of time', () => {
  const history = createHistory(3, 10);
  for (let i = 0; i < 5; i++) history.add(1000 + i, values({ one: i }));
  expect(history.read(onlyOne)).toEqual({
    times: [1002, 1003, 1004],
    series: [{ metric: 'a', labels: { x: 'one' }, values: [2, 3, 4] }],
  });
  expect(history.read(new Set(['b'])).series).toEqual([]);
});

test('what came since is answered alone, in the same order', () => {
  const history = createHistory(3, 10);
  for (let i = 0; i < 5; i++) history.add(1000 + i, values({ one: i }));
  const newer = (since: number) => history.read(onlyOne, since);
  expect(newer(1003)).toEqual({
    times: [1004],
    series: [{ metric: 'a', labels: { x: 'one' }, values: [4] }],
  });
  expect(newer(1001).times).toEqual([1002, 1003, 1004]);
  expect(newer(1004)).toEqual({ times: [], series: [{ metric: 'a', labels: { x: 'one' }, values: [] }] });
});

test('a series has no value where it was not exported, and is forgotten when it has none left', () => {
  const history = createHistory(3, 10);
  history.add(1, values({ one: 1, two: 1 }));
  history.add(2, values({ two: 2 }));
  history.add(3, values({ one: 3, two: 3 }));
  const seriesOf = () => history.read(onlyOne).series.map(({ labels, values: own }) => [labels['x'], own]);
  expect(seriesOf()).toEqual([
    ['one', [1, Number.NaN, 3]],
    ['two', [1, 2, 3]],
  ]);
  for (const time of [4, 5, 6]) history.add(time, values({ two: time }));
  expect(seriesOf()).toEqual([['two', [4, 5, 6]]]);
});

test('of more series than there is room for the first stay, whole', () => {
  const history = createHistory(2, 1);
  history.add(1, values({ one: 1, two: 1 }));
  history.add(2, values({ two: 2, one: 2 }));
  expect(history.read(onlyOne).series).toEqual([{ metric: 'a', labels: { x: 'one' }, values: [1, 2] }]);
});

test('the samples are those of the text that Prometheus reads, buckets included', async () => {
  const meter = startTestMeter('mlops.backend');
  const { uploads } = createInstruments('mlops.backend');
  uploads.succeeded({ mode: 'light', bytes: 12, seconds: 0.3 });
  const families = [...(await meter.collect())];
  const text = writeText(families).toString();
  const wrong: string[] = [];
  let count = 0;
  eachSample(families, (_key, metric, labels, value) => {
    count++;
    const own = labels();
    const found = samples(text, metric, own).filter(
      (sample) => Object.keys(sample.labels).length === Object.keys(own).length,
    );
    if (found.length !== 1 || !Object.is(found[0]?.value, value))
      wrong.push(`${metric} ${JSON.stringify(own)}`);
  });
  expect(wrong).toEqual([]);
  expect(count).toBe(text.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length);
});
