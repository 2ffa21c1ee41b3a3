import { useState } from 'preact/hooks';
import type { Dataset } from '../../client/index.ts';
import { api } from '../api.ts';
import { t } from '../texts/index.ts';
import { Confirm } from './confirm.tsx';
import { deleteSoon } from './notes.tsx';

interface DeleteDatasetProps {
  readonly of: Dataset;
  /** Once it is confirmed. */
  readonly onDelete?: () => void;
}

export function DeleteDataset({ of: { dataset_id, name, version }, onDelete }: DeleteDatasetProps) {
  const texts = t().datasets;
  const [isAsking, setAsking] = useState(false);
  const confirm = () => {
    deleteSoon({
      id: dataset_id,
      announcement: texts.removing(name),
      done: texts.removed(name),
      kept: texts.kept(name),
      run: () => api().deleteDataset({ id: dataset_id }),
    });
    onDelete?.();
  };
  return (
    <>
      <button
        type="button"
        class="quiet"
        aria-label={texts.removeNamed(name, version)}
        onClick={() => setAsking(true)}
      >
        {texts.remove}
      </button>
      {isAsking && (
        <Confirm
          title={texts.removeTitle(name, version)}
          hint={texts.removeHint}
          action={texts.remove}
          onConfirm={confirm}
          onClose={() => setAsking(false)}
        />
      )}
    </>
  );
}
