/**
 * Loaded into a process of the service (`NODE_OPTIONS=--import=…`): makes it sick in the way that `SICK` names, from the
 * signal SIGUSR2 on and until the next.
 *
 *   block MILLISECONDS EVERY   its event loop computes that long, every so many milliseconds
 *   memory MEGABYTES           it holds that much
 */
const [kind, amount, period] = (process.env['SICK'] ?? '').split(' ');
let timer: NodeJS.Timeout | undefined;
let held: Buffer[] = [];

function block(): void {
  const end = performance.now() + Number(amount);
  while (performance.now() < end);
}

process.on('SIGUSR2', () => {
  if (kind === 'memory') held = held.length > 0 ? [] : [Buffer.alloc(Number(amount) * 1024 * 1024, 1)];
  if (kind !== 'block') return;
  if (timer) clearInterval(timer);
  timer = timer ? undefined : setInterval(block, Number(period));
});
