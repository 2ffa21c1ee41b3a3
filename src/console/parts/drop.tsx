import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';

interface DropProps {
  readonly title: string;
  readonly choose: string;
  readonly hint: string;
  readonly accept: string;
  onFile(file: File): void;
  readonly children?: ComponentChildren;
}

/** Takes a file that is dropped anywhere on the page, or chosen. */
export function Drop({ title, choose, hint, accept, onFile, children }: DropProps) {
  const [isOver, setOver] = useState(false);
  useEffect(() => {
    const over = (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      setOver(true);
    };
    const leave = ({ relatedTarget }: DragEvent) => relatedTarget === null && setOver(false);
    const drop = (event: DragEvent) => {
      const file = event.dataTransfer?.files[0];
      event.preventDefault();
      setOver(false);
      if (file) onFile(file);
    };
    addEventListener('dragover', over);
    addEventListener('dragleave', leave);
    addEventListener('drop', drop);
    return () => {
      removeEventListener('dragover', over);
      removeEventListener('dragleave', leave);
      removeEventListener('drop', drop);
    };
  }, [onFile]);
  return (
    <div class={isOver ? 'drop over' : 'drop'}>
      <p>
        <strong>{title}</strong>{' '}
        <label class="link">
          {choose}
          <input
            type="file"
            class="hidden"
            accept={accept}
            onChange={({ currentTarget }) => {
              const [file] = currentTarget.files ?? [];
              if (file) onFile(file);
              currentTarget.value = '';
            }}
          />
        </label>
      </p>
      <p class="muted small">{hint}</p>
      {children}
    </div>
  );
}
