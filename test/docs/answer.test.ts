import { expect, test } from 'vitest';
import { brokenPromise } from './answer.ts';

const broken = (promised: string, printed: string, isJson = false) =>
  brokenPromise({ text: promised, isJson }, printed);

test('what differs from run to run may differ in an answer, and nothing else', () => {
  const promised = '01a20561-eba2-76f6-8c81-f5d256583f3c  succeeded at 2026-11-22T22:30:33.643Z, in 0.35 s\n';
  expect(
    broken(promised, '01b20561-eba2-76f6-8c81-f5d256583f3d  succeeded at 2027-01-01T00:00:00Z, in 12 s'),
  ).toBe(undefined);
  expect(
    broken(promised, '01b20561-eba2-76f6-8c81-f5d256583f3d  failed at 2027-01-01T00:00:00Z, in 12 s'),
  ).toBeTypeOf('string');
  expect(broken('{"took_seconds":0.3,"rows":133}', '{"took_seconds":1.25,"rows":133}')).toBe(undefined);
  expect(broken('{"took_seconds":0.3,"rows":133}', '{"took_seconds":0.3,"rows":134}')).toBeTypeOf('string');
});

test('of long decimals six digits count', () => {
  expect(broken('0.9969936585152488', '0.9969936585152301')).toBe(undefined);
  expect(broken('0.9969936585152488', '0.9969836585152488')).toBe('0.996994');
});

test('… stands for anything between what must be there, in this order, and not for more at the ends', () => {
  expect(broken('{"a":1,…,"d":4}', '{"a":1,"b":2,"c":3,"d":4}')).toBe(undefined);
  expect(broken('{"d":4,…,"a":1}', '{"a":1,"b":2,"c":3,"d":4}')).toBe('{"d":4,');
  expect(broken('one\n…', 'one\ntwo')).toBe(undefined);
  expect(broken('one', 'one\ntwo')).toBe('one');
  expect(broken('two', 'one\ntwo')).toBe('two');
});

test('JSON may be broken into lines on the page', () => {
  expect(broken('{"a":1,\n "b":2}', '{"a":1,"b":2}\n', true)).toBe(undefined);
});
