import { count, percent } from '../format.ts';
import { Scroll } from '../parts/scroll.tsx';
import { t } from '../texts/index.ts';

interface ConfusionProps {
  readonly classes: readonly string[];
  /** By true and then by predicted class. */
  readonly matrix: readonly (readonly number[])[];
}

/** More classes than this are a wall of numbers. */
const MAX_CLASSES = 20;

export function Confusion({ classes, matrix }: ConfusionProps) {
  const texts = t().runs;
  const shown = classes.slice(0, MAX_CLASSES);
  return (
    <Scroll label={texts.confusion}>
      <table class="confusion">
        <thead>
          <tr>
            <th scope="col">
              {texts.truth} ↓ · {texts.predicted} →
            </th>
            {shown.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((name, actual) => {
            const row = matrix[actual] ?? [];
            const total = row.reduce((sum, rows) => sum + rows, 0) || 1;
            return (
              <tr key={name}>
                <th scope="row">{name}</th>
                {shown.map((other, predicted) => {
                  const rows = row[predicted] ?? 0;
                  const share = rows / total;
                  return (
                    <td
                      key={other}
                      class={`figure ${actual === predicted ? 'right' : 'wrong'}`}
                      style={{ '--share': `${Math.round(share * 100)}%` }}
                      title={percent(share)}
                    >
                      {count(rows)}
                    </td>
                  );
                })}
              </tr>
            );
          })}
        </tbody>
      </table>
    </Scroll>
  );
}
