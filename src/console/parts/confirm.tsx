import { useEffect, useRef } from 'preact/hooks';
import { t } from '../texts/index.ts';

interface ConfirmProps {
  readonly title: string;
  readonly hint: string;
  readonly action: string;
  onConfirm(): void;
  onClose(): void;
}

/** Asks before something is done. Escape and the first button leave everything as it is. */
export function Confirm({ title, hint, action, onConfirm, onClose }: ConfirmProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} aria-labelledby="confirm-title" onClose={onClose}>
      <h2 id="confirm-title">{title}</h2>
      <p>{hint}</p>
      <div class="actions">
        <button type="button" onClick={() => dialog.current?.close()}>
          {t().app.cancel}
        </button>
        <button
          type="button"
          class="danger"
          onClick={() => {
            onConfirm();
            dialog.current?.close();
          }}
        >
          {action}
        </button>
      </div>
    </dialog>
  );
}
