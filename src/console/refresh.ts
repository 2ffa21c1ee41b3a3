import { useEffect } from 'preact/hooks';
import type { Loaded } from './api.ts';

/** Loads again every so often, while somebody can see it, and as soon as somebody can again. */
export function useRefresh({ reload }: Pick<Loaded<unknown>, 'reload'>, ms: number): void {
  useEffect(() => {
    const look = () => document.visibilityState === 'visible' && reload();
    const timer = setInterval(look, ms);
    document.addEventListener('visibilitychange', look);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', look);
    };
  }, [ms]);
}
