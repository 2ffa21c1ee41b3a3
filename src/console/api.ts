import { computed, signal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import { ApiProblem, Client } from '../client/index.ts';

/**
 * The key of mode `keys`, in memory alone: nothing that another site could make a browser send, nothing left on disk.
 */
const key = signal<string | undefined>(undefined);
/** Whether the service has refused a call for want of a key. */
export const isLockedOut = signal(false);
export const isSignedIn = computed(() => key.value !== undefined);

const url = new URL('.', location.href).href;

/** Whatever is refused for want of a key leads to the sign-in, wherever it was asked for. */
const noticing: typeof fetch = async (request) => {
  const response = await fetch(request);
  if (response.status === 401) isLockedOut.value = true;
  return response;
};

const client = computed(() => new Client({ url, fetch: noticing, ...(key.value && { key: key.value }) }));
export const api = (): Client => client.value;

/** @throws {ApiProblem} 401 when it is not the key */
export async function signIn(given: string): Promise<void> {
  await new Client({ url, key: given }).listDatasets({ limit: 1 });
  key.value = given;
  isLockedOut.value = false;
}

export function signOut(): void {
  key.value = undefined;
  isLockedOut.value = true;
}

export const isGone = (error: unknown): boolean =>
  error instanceof ApiProblem && (error.status === 404 || error.status === 410);

export interface Loaded<Data> {
  /** What was loaded last, until something else is there. */
  readonly data: Data | undefined;
  readonly error: unknown;
  readonly isLoading: boolean;
  reload(): void;
}

/** What a page shows, loaded again when one of the keys changes; what comes too late is not shown. */
export function useLoad<Data>(
  load: (signal: AbortSignal) => Promise<Data>,
  keys: readonly unknown[],
): Loaded<Data> {
  const [state, setState] = useState<Omit<Loaded<Data>, 'reload'>>({
    data: undefined,
    error: undefined,
    isLoading: true,
  });
  const [round, setRound] = useState(0);
  useEffect(() => {
    const leaving = new AbortController();
    setState(({ data, error }) => ({ data, error, isLoading: true }));
    load(leaving.signal).then(
      (data) => leaving.signal.aborted || setState({ data, error: undefined, isLoading: false }),
      (error: unknown) => leaving.signal.aborted || setState({ data: undefined, error, isLoading: false }),
    );
    return () => leaving.abort();
  }, [...keys, client.value, round]);
  return { ...state, reload: () => setRound((last) => last + 1) };
}
