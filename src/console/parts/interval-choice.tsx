import type { Artifact } from '../../client/index.ts';
import { percent } from '../format.ts';
import { metricsOf } from '../metrics.ts';
import { t } from '../texts/index.ts';

const LEVELS = [0.5, 0.8, 0.9, 0.95, 0.99];

/** Of a regression, as far as so many measured rows can tell; of others none. */
export function levelsOf(artifact: Artifact): readonly number[] {
  const { max_level = 0 } = metricsOf(artifact).intervals ?? {};
  return LEVELS.filter((level) => level <= max_level);
}

interface IntervalChoiceProps {
  readonly levels: readonly number[];
  /** Undefined: none is wanted. */
  readonly level: number | undefined;
  onChoose(level: number | undefined): void;
}

/** How sure an interval around a prediction shall be. */
export function IntervalChoice({ levels, level, onChoose }: IntervalChoiceProps) {
  const texts = t().predict;
  return (
    <label class="choice">
      {texts.interval}{' '}
      <select
        value={level ?? ''}
        onChange={({ currentTarget: { value } }) => onChoose(value === '' ? undefined : Number(value))}
      >
        <option value="">{texts.noInterval}</option>
        {levels.map((each) => (
          <option key={each} value={each}>
            {percent(each)}
          </option>
        ))}
      </select>
    </label>
  );
}
