import { useState } from 'preact/hooks';
import { t } from '../texts/index.ts';

/** Where one is in a list that is answered a page at a time. */
export interface Paging {
  readonly cursor: string | undefined;
  readonly number: number;
  further(cursor: string): void;
  back(): void;
}

/** @param list what is listed, and in which order: of another one, the first page comes first */
export function usePaging(list: string): Paging {
  /** The cursors of the pages so far, but for the first, which has none. */
  const [state, setState] = useState<{ list: string; cursors: readonly string[] }>({ list, cursors: [] });
  const cursors = state.list === list ? state.cursors : [];
  return {
    cursor: cursors.at(-1),
    number: cursors.length + 1,
    further: (cursor) => setState({ list, cursors: [...cursors, cursor] }),
    back: () => setState({ list, cursors: cursors.slice(0, -1) }),
  };
}

export function Pager({ paging, next }: { readonly paging: Paging; readonly next: string | null }) {
  if (paging.number === 1 && next === null) return null;
  const texts = t().list;
  return (
    <nav class="pager" aria-label={texts.pages}>
      <button type="button" disabled={paging.number === 1} onClick={paging.back}>
        ← {texts.back}
      </button>
      <span aria-live="polite">{texts.page(paging.number)}</span>
      <button type="button" disabled={next === null} onClick={() => next !== null && paging.further(next)}>
        {texts.on} →
      </button>
    </nav>
  );
}
