import { ApiProblem, ConnectionError } from '../../client/index.ts';
import { t } from '../texts/index.ts';

interface Told {
  readonly sentence: string;
  /** What to do. */
  readonly hint: string | undefined;
  readonly trace: string | undefined;
}

/** An error in words: the service's own sentence, and what to do about it. */
function told(error: unknown): Told {
  const texts = t().problem;
  if (error instanceof ConnectionError)
    return { sentence: texts.unreachable, hint: texts.unreachableHint, trace: undefined };
  if (error instanceof ApiProblem) {
    const hint = error.code && texts.hints[error.code];
    return { sentence: error.detail, hint, trace: error.trace_id };
  }
  return {
    sentence: error instanceof Error ? error.message : String(error),
    hint: undefined,
    trace: undefined,
  };
}

interface ProblemProps {
  readonly error: unknown;
  readonly onRetry?: (() => void) | undefined;
}

export function Problem({ error, onRetry }: ProblemProps) {
  const { sentence, hint, trace } = told(error);
  return (
    <div class="notice bad" role="alert">
      <strong>{t().problem.title}</strong>
      <p>{sentence}</p>
      {hint && <p class="muted">{hint}</p>}
      {trace && <p class="muted small">{t().problem.trace(trace)}</p>}
      {onRetry && (
        <button type="button" onClick={onRetry}>
          {t().app.retry}
        </button>
      )}
    </div>
  );
}

/** The same in one sentence. */
export const sentenceOf = (error: unknown): string => told(error).sentence;
