import { writeFileSync, writeSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { serveChild } from '../../../../src/adapters/process/serve-child.ts';
import { AppError } from '../../../../src/errors.ts';

/** One child with many manners; which one is the input. */
export type Behaviour =
  | { readonly do: 'echo'; readonly value: unknown }
  | { readonly do: 'count'; readonly to: number }
  | { readonly do: 'tell its id' }
  /** How often it has rested. */
  | { readonly do: 'tell its rests' }
  /** Gives back what earlier work held. */
  | { readonly do: 'collect' }
  | { readonly do: 'environment' }
  | { readonly do: 'flags' }
  | { readonly do: 'refuse' }
  | { readonly do: 'throw'; readonly message: string }
  | { readonly do: 'exit'; readonly code: number }
  | { readonly do: 'die'; readonly signal: NodeJS.Signals }
  /** Ends before it can answer where one of them ends it. */
  | { readonly do: 'outlive'; readonly signals: readonly NodeJS.Signals[] }
  | { readonly do: 'fill the heap' }
  | { readonly do: 'fill the memory' }
  | { readonly do: 'wait' }
  /** Keeps the processor busy for so long and holds so much memory, says so, and then ends, or waits to be ended. */
  | {
      readonly do: 'use';
      readonly cpuSeconds: number;
      readonly bytes: number;
      readonly finally: 'end' | 'wait';
    }
  /** Writes what it reads. */
  | { readonly do: 'copy' }
  /** Never gives the event loop a turn; writes its process id first. */
  | { readonly do: 'spin'; readonly pidFile: string };

let rests = 0;

serveChild<Behaviour, unknown, number>(
  async (behaviour, report) => {
    switch (behaviour.do) {
      case 'echo':
        return behaviour.value;
      case 'count':
        for (let n = 1; n <= behaviour.to; n++) report(n);
        return 'counted';
      case 'tell its id':
        return process.pid;
      case 'tell its rests':
        return rests;
      case 'collect': {
        setFlagsFromString('--expose-gc');
        const collect = runInNewContext('gc') as () => void;
        while (process.memoryUsage().arrayBuffers > 8 << 20) {
          collect();
          await setImmediate();
        }
        return undefined;
      }
      case 'environment':
        return { ...process.env };
      case 'flags':
        return process.execArgv;
      case 'refuse':
        throw new AppError('bad_format', 'Line 3: no.');
      case 'throw':
        throw new RangeError(behaviour.message);
      case 'exit':
        console.error('last words');
        return process.exit(behaviour.code);
      case 'die':
        process.kill(process.pid, behaviour.signal);
        return wait();
      case 'outlive':
        for (const signal of behaviour.signals) process.kill(process.pid, signal);
        return 'alive';
      case 'fill the heap': {
        const kept: string[][] = [];
        for (;;) kept.push(Array.from({ length: 100_000 }, (_, i) => `text ${i} ${kept.length}`));
      }
      case 'fill the memory': {
        const kept: Buffer[] = [];
        for (;;) kept.push(Buffer.alloc(8 << 20, 1));
      }
      case 'use': {
        const held = Buffer.alloc(behaviour.bytes, 1);
        while (process.cpuUsage().user < behaviour.cpuSeconds * 1e6);
        report(held.length);
        return behaviour.finally === 'end' ? held.length : wait();
      }
      case 'wait':
        report(process.pid);
        return wait();
      case 'copy': {
        let bytes = 0;
        for await (const piece of process.stdin) bytes += writeSync(1, piece as Buffer);
        return bytes;
      }
      case 'spin':
        writeFileSync(behaviour.pidFile, String(process.pid));
        for (;;);
      default:
        throw new Error(`unknown behaviour ${JSON.stringify(behaviour satisfies never)}`);
    }
  },
  () => {
    rests += 1;
  },
);

function wait(): Promise<never> {
  return new Promise(() => {
    setInterval(() => undefined, 1000);
  });
}
