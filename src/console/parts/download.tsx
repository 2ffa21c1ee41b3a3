import { t } from '../texts/index.ts';
import { complain } from './notes.tsx';

interface DownloadProps {
  /** A link needs no key. */
  readonly url: string;
  readonly name: string;
  /** Where a key is needed, which a link can't send. */
  readonly load: (() => Promise<Blob>) | undefined;
  readonly title?: string;
}

export function saveAs(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

export function Download({ url, name, load, title = t().app.download }: DownloadProps) {
  if (!load)
    return (
      <a class="button" href={url} download={name}>
        {title}
      </a>
    );
  return (
    <button type="button" onClick={() => load().then((blob) => saveAs(blob, name), complain)}>
      {title}
    </button>
  );
}
