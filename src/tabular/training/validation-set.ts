import { TabularError } from '../error.ts';
import { quote } from '../quote.ts';
import type { Table } from '../table.ts';
import { readInputs } from '../values/inputs.ts';
import { labelsOf, numbersOf, present, type Target } from './target.ts';
import type { TrainingData } from './training-data.ts';

const MIN_ROWS = 2;
const MAX_LABELS_SHOWN = 5;

/**
 * Another table's rows as those of the training data are read, to measure a model by.
 *
 * @throws TabularError `bad_params` for a missing column, a value that does not fit or a class that is not in the data
 */
export function readValidationSet(table: Table, name: string, data: TrainingData): TrainingData {
  const target = targetLike(table, name, data.target);
  if (target.rows.length < MIN_ROWS)
    throw refused(
      `of its rows ${target.rows.length} have a value in ${quote(name)}, and ${MIN_ROWS} are needed`,
    );
  try {
    return { ...data, inputs: readInputs(table, data.columns), target };
  } catch (error) {
    if (!(error instanceof TabularError)) throw error;
    throw refused(error.message.replace(/\.$/, ''), { cause: error });
  }
}

function targetLike(table: Table, name: string, target: Target): Target {
  const column = table.columns.find((candidate) => candidate.name === name);
  if (!column) throw refused(`it has no column ${quote(name)}`);
  if (target.task === 'regression') {
    const values = numbersOf(column);
    if (!values) throw refused(`column ${quote(name)} holds values that are no numbers`);
    return { ...target, values, ...present(values, (value) => !Number.isNaN(value)) };
  }
  const { codes, labels } = labelsOf(column);
  const classOf = new Map(target.classes.map((label, code) => [label, code]));
  const unknown = new Set<string>();
  const mapped = codes.map((code) => {
    const label = labels[code]?.trim() ? labels[code]! : undefined;
    if (label === undefined) return -1;
    const known = classOf.get(label);
    if (known === undefined) unknown.add(label);
    return known ?? -1;
  });
  if (unknown.size > 0) {
    const shown = [...unknown].slice(0, MAX_LABELS_SHOWN).map(quote).join(', ');
    const more = unknown.size > MAX_LABELS_SHOWN ? ` and ${unknown.size - MAX_LABELS_SHOWN} more` : '';
    throw refused(`column ${quote(name)} holds classes that the training dataset has not: ${shown}${more}`);
  }
  return { ...target, codes: mapped, ...present(mapped, (code) => code >= 0) };
}

const refused = (why: string, options?: ErrorOptions) =>
  new TabularError('bad_params', `The validation dataset can't be used: ${why}.`, options);
