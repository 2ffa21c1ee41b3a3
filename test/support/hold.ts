import { tieGroup, untieGroup } from './tied.ts';

/**
 * Stops processes until it is disposed. A stopped one does not see that its service has gone: those that are still held
 * at the end of the test file, or of this process, are killed.
 * @param leaders of process groups of their own, as the service's children are
 */
export function hold(leaders: readonly number[]): Disposable {
  for (const pid of leaders) {
    tieGroup(pid);
    process.kill(pid, 'SIGSTOP');
  }
  return {
    [Symbol.dispose]() {
      for (const pid of leaders) {
        try {
          process.kill(pid, 'SIGCONT');
        } catch {
          // It has ended.
        }
        untieGroup(pid);
      }
    },
  };
}
