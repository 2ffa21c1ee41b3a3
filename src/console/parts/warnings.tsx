import { t } from '../texts/index.ts';

interface Warning {
  readonly code: string;
  readonly column?: string;
  readonly message: string;
}

/** So many are read at a glance. */
const SHOWN = 6;

/** What is odd, in the service's own words, which are English. */
export function Warnings({ of: warnings }: { readonly of: readonly Warning[] }) {
  if (warnings.length === 0) return null;
  const items = warnings.map(({ code, column, message }) => (
    <li key={code + column}>
      <code>{code}</code> <span lang="en">{message}</span>
    </li>
  ));
  return (
    <div class="notice warn">
      <strong>
        {t().warnings} ({warnings.length})
      </strong>
      <ul>{items.slice(0, SHOWN)}</ul>
      {items.length > SHOWN && (
        <details>
          <summary>{t().app.expand}</summary>
          <ul>{items.slice(SHOWN)}</ul>
        </details>
      )}
    </div>
  );
}
