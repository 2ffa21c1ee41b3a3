import { DRIFT_LEVELS, type DriftLevel } from '../../vocabulary/drift.ts';
import { MODES, type Mode, TASKS, type Task } from '../../vocabulary/modes.ts';
import { catalogueMeter } from './catalogue-meter.ts';

/** A model called for of late. */
export interface ModelInUse {
  readonly mode: Mode;
  readonly task: Task;
  readonly level: DriftLevel;
  /** Of the input that moved furthest; null: not known. */
  readonly psi: number | null;
}

/**
 * The gauges of drift, worked out once for each collection. Where no model's index is known there is no highest one:
 * a 0 would say that nothing has moved.
 */
export function registerDriftGauges(inUse: () => readonly ModelInUse[], prefix: string): void {
  const meter = catalogueMeter(prefix);
  const inputDrift = meter.observableGauge('modelInputDrift');
  const modelsInUse = meter.observableGauge('modelsInUse');

  meter.observe([inputDrift, modelsInUse], (result) => {
    const models = inUse();
    for (const drift of DRIFT_LEVELS)
      result.observe(modelsInUse, models.filter(({ level }) => level === drift).length, { drift });
    for (const mode of MODES) {
      for (const task of TASKS) {
        const known = models.flatMap((model) =>
          model.mode === mode && model.task === task && model.psi !== null ? [model.psi] : [],
        );
        if (known.length > 0) result.observe(inputDrift, Math.max(...known), { mode, task });
      }
    }
  });
}
