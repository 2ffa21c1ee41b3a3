import { useCallback, useRef, useState } from 'preact/hooks';
import type { Dataset, UploadProgress } from '../../client/index.ts';
import { api } from '../api.ts';
import { bytes } from '../format.ts';
import { go } from '../router.ts';
import { t } from '../texts/index.ts';
import { Drop } from './drop.tsx';
import { say } from './notes.tsx';
import { Problem } from './problem.tsx';
import { Progress } from './progress.tsx';
import { NOTHING_GIVEN, ReadOptions, readOptions } from './read-options.tsx';
import { TABLE_FILES } from './table-files.ts';

/** What the upload is counted as; its model may be trained in either. */
const MODE: Dataset['mode'] = 'light';

interface Sending {
  readonly name: string;
  readonly progress: UploadProgress;
}

/** Takes a table, sends it while telling how far it is, and leads to its profile. */
export function Upload() {
  const texts = t().datasets;
  const [sending, setSending] = useState<Sending>();
  const [error, setError] = useState<unknown>();
  const [given, setGiven] = useState(NOTHING_GIVEN);
  const stop = useRef<AbortController>(undefined);

  const send = useCallback(
    async (file: File) => {
      const options = readOptions(given);
      stop.current?.abort();
      const leaving = new AbortController();
      stop.current = leaving;
      setError(undefined);
      setSending({ name: file.name, progress: { sentBytes: 0, totalBytes: file.size } });
      try {
        const { dataset_id, name } = await api().upload(file, {
          mode: MODE,
          ...(options && { options }),
          signal: leaving.signal,
          onProgress: (progress) => setSending({ name: file.name, progress }),
        });
        say(t().datasets.uploaded(name));
        go(['datasets', dataset_id]);
      } catch (refusal) {
        if (!leaving.signal.aborted) setError(refusal);
      }
      if (stop.current === leaving) setSending(undefined);
    },
    [given],
  );

  return (
    <>
      <Drop
        title={texts.drop}
        choose={texts.choose}
        hint={texts.formats}
        accept={TABLE_FILES}
        onFile={(file) => void send(file)}
      >
        {sending && <SendingBar of={sending} onStop={() => stop.current?.abort()} />}
      </Drop>
      <ReadOptions of={given} onChange={setGiven} />
      {error !== undefined && <Problem error={error} />}
    </>
  );
}

function SendingBar({ of: { name, progress }, onStop }: { readonly of: Sending; onStop(): void }) {
  const texts = t().datasets;
  const { sentBytes, totalBytes = 0 } = progress;
  const isSent = sentBytes >= totalBytes;
  return (
    <div class="sending">
      <Progress label={texts.sending(name)} value={isSent ? undefined : sentBytes / totalBytes} />
      <p>
        <span role="status">{isSent ? texts.checking : texts.sending(name)}</span>{' '}
        <span class="muted">{texts.sent(bytes(sentBytes), bytes(totalBytes))}</span>{' '}
        <button type="button" onClick={onStop}>
          {texts.stop}
        </button>
      </p>
    </div>
  );
}
