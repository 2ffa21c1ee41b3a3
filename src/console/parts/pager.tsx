import { useState } from 'preact/hooks';
import { t } from '../texts/index.ts';

/** Where one is in a list that is answered a page at a time. */
export interface Paging {
  readonly cursor: string | undefined;
  readonly number: number;
  older(cursor: string): void;
  newer(): void;
  /** To the first page: what is listed has changed. */
  reset(): void;
}

export function usePaging(): Paging {
  /** The cursors of the pages so far, but for the first, which has none. */
  const [cursors, setCursors] = useState<readonly string[]>([]);
  return {
    cursor: cursors.at(-1),
    number: cursors.length + 1,
    older: (cursor) => setCursors([...cursors, cursor]),
    newer: () => setCursors(cursors.slice(0, -1)),
    reset: () => setCursors([]),
  };
}

export function Pager({ paging, next }: { readonly paging: Paging; readonly next: string | null }) {
  if (paging.number === 1 && next === null) return null;
  const texts = t().list;
  return (
    <nav class="pager" aria-label={texts.pages}>
      <button type="button" disabled={paging.number === 1} onClick={paging.newer}>
        ← {texts.newer}
      </button>
      <span aria-live="polite">{texts.page(paging.number)}</span>
      <button type="button" disabled={next === null} onClick={() => next !== null && paging.older(next)}>
        {texts.older} →
      </button>
    </nav>
  );
}
