import type { ComponentChildren } from 'preact';
import type { Loaded } from '../api.ts';
import { t } from '../texts/index.ts';
import { Problem } from './problem.tsx';

interface ShownProps<Data> {
  readonly of: Loaded<Data>;
  children(data: Data): ComponentChildren;
}

/** What was loaded, or that it is being loaded, or why it could not be. */
export function Shown<Data>({ of: { data, error, reload }, children }: ShownProps<Data>) {
  if (error !== undefined) return <Problem error={error} onRetry={reload} />;
  if (data === undefined)
    return (
      <p class="loading muted" role="status">
        {t().app.loading} …
      </p>
    );
  return <>{children(data)}</>;
}

interface EmptyProps {
  readonly title: string;
  readonly hint: string;
  readonly children?: ComponentChildren;
}

/** Where there is nothing yet: what would be here, and how it comes to be. */
export function Empty({ title, hint, children }: EmptyProps) {
  return (
    <div class="empty">
      <h2>{title}</h2>
      <p>{hint}</p>
      {children}
    </div>
  );
}
