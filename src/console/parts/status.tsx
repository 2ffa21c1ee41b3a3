import type { TrainingRun } from '../../client/index.ts';
import { t } from '../texts/index.ts';

/** How a run stands, in a word and a colour that says the same. */
export const Status = ({ of: status }: { readonly of: TrainingRun['status'] }) => (
  <span class={`badge ${status}`}>{t().statuses[status]}</span>
);
