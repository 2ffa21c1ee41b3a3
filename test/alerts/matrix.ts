import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { FACTOR, USUAL_FACTOR } from './compression.ts';
import { measure } from './experiment.ts';
import type { Fault } from './fault.ts';
import { FAULTS } from './faults/index.ts';
import { isAsExpected, keepMeasured, readMeasured, unexpectedOf } from './measured.ts';
import { writeTable } from './table.ts';

/**
 * Makes every fault happen in a world of its own and writes down who was told of what, and when:
 *
 *   npm run alerts:matrix -- [--only TEXT] [--missing] [--at-once COUNT]
 *
 * `--missing`: those alone that were not as expected when last measured, or never were.
 */
const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    missing: { type: 'boolean', default: false },
    'at-once': { type: 'string', default: '2' },
  },
});

/** This process has one clock: what runs at another speed is made by a process of its own. */
const factorOf = ({ factor }: Fault) => factor ?? USUAL_FACTOR;
const passed = (fault: Fault) => {
  const measured = readMeasured().find((one) => one.fault === fault.name);
  return measured !== undefined && isAsExpected(fault, measured);
};
const { only = '' } = values;
const named = FAULTS.filter(({ name }) => name === only);
const asked = named.length > 0 ? named : FAULTS.filter(({ name }) => name.includes(only));
const chosen = asked.filter((fault) => !(values.missing && passed(fault)));
// The longest first: nobody waits for it in the end.
const waiting = chosen.toSorted((a, b) => (b.lasts ?? 0) - (a.lasts ?? 0));
const order = FAULTS.map(({ name }) => name);
const failed: string[] = [];

async function takeElsewhere(fault: Fault): Promise<void> {
  const { name } = fault;
  const self = [...process.execArgv, fileURLToPath(import.meta.url), '--only', name];
  const child = spawn(process.execPath, self, {
    env: { ...process.env, ALERTS_FACTOR: String(factorOf(fault)) },
    stdio: 'inherit',
  });
  const [code] = await once(child, 'close');
  if (code !== 0) failed.push(name);
}

async function take(fault: Fault): Promise<void> {
  if (factorOf(fault) !== FACTOR) return takeElsewhere(fault);
  try {
    const measured = await measure(fault);
    writeTable(FAULTS, keepMeasured([measured], order));
    const told = measured.told.map(({ alert, raised, cleared }) => `${alert} ${raised}/${cleared} min`);
    const unexpected = unexpectedOf(fault, measured);
    const others = measured.others.map((alert) =>
      unexpected.includes(alert) ? `UNEXPECTED ${alert}` : alert,
    );
    console.info(
      `${isAsExpected(fault, measured) ? 'ok  ' : 'FAIL'} ${fault.name}: ${[...told, ...others].join(', ') || 'quiet'}`,
    );
    if (!isAsExpected(fault, measured)) failed.push(fault.name);
  } catch (error) {
    console.info(`FAIL ${fault.name}:`, error);
    failed.push(fault.name);
  }
}

console.info(`${chosen.length} faults, time ${FACTOR} times faster`);
await Promise.all(
  Array.from({ length: Number(values['at-once']) }, async () => {
    for (let fault = waiting.shift(); fault; fault = waiting.shift()) await take(fault);
  }),
);
console.info(failed.length === 0 ? 'all as expected' : `not as expected: ${failed.join('; ')}`);
process.exit(failed.length === 0 ? 0 : 1);
