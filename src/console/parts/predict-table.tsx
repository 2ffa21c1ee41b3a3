import { useCallback, useState } from 'preact/hooks';
import type { Artifact } from '../../client/index.ts';
import { api } from '../api.ts';
import { bytes, count } from '../format.ts';
import { t } from '../texts/index.ts';
import { saveAs } from './download.tsx';
import { Drop } from './drop.tsx';
import { Section } from './page.tsx';
import { Problem } from './problem.tsx';
import { Progress } from './progress.tsx';
import { Scroll } from './scroll.tsx';
import { TABLE_FILES } from './table-files.ts';

const LINE_END = 10;
/** Of the answer, to be seen at once. */
const PREVIEW_BYTES = 400;
const PREVIEW_LINES = 6;

interface Scored {
  readonly name: string;
  readonly file: Blob;
  readonly rows: number;
  readonly preview: string;
}

/** The answer as a file; its lines are counted as they come. */
async function collected(stream: ReadableStream<Uint8Array>): Promise<Omit<Scored, 'name'>> {
  let lines = 0;
  const counting = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      for (const byte of chunk) if (byte === LINE_END) lines += 1;
      controller.enqueue(chunk);
    },
  });
  const file = await new Response(stream.pipeThrough(counting)).blob();
  const head = await file.slice(0, PREVIEW_BYTES).text();
  return { file, rows: lines - 1, preview: head.split('\n').slice(0, PREVIEW_LINES).join('\n') };
}

interface PredictTableProps {
  readonly artifact: Artifact;
  /** Of the intervals that are wanted; undefined: none. */
  readonly level: number | undefined;
  onPredicted(): void;
}

export function PredictTable({ artifact: { id }, level, onPredicted }: PredictTableProps) {
  const texts = t().predict;
  const [scoring, setScoring] = useState<string>();
  const [scored, setScored] = useState<Scored>();
  const [error, setError] = useState<unknown>();

  const score = useCallback(
    async (file: File) => {
      setError(undefined);
      setScored(undefined);
      setScoring(file.name);
      try {
        const type = /\.tsv$/i.test(file.name) ? 'text/tab-separated-values' : 'text/csv';
        const answer = await collected(
          await api().predictStream({ id }, file, {
            type,
            ...(level !== undefined && { interval: level }),
          }),
        );
        setScored({ name: file.name.replace(/(\.\w+)$/, '.predicted.csv'), ...answer });
        onPredicted();
      } catch (refusal) {
        setError(refusal);
      }
      setScoring(undefined);
    },
    [id, level],
  );

  return (
    <Section title={texts.table} hint={texts.tableHint}>
      <Drop
        title={t().datasets.drop}
        choose={t().datasets.choose}
        hint={t().datasets.formats}
        accept={TABLE_FILES}
        onFile={(file) => void score(file)}
      >
        {scoring && <Progress label={texts.scoring(scoring)} value={undefined} />}
      </Drop>
      <div aria-live="polite">
        {scoring && <p>{texts.scoring(scoring)} …</p>}
        {error !== undefined && <Problem error={error} />}
        {scored && (
          <>
            <p class="actions">
              <strong>{texts.ready(count(scored.rows))}</strong>
              <button type="button" class="primary" onClick={() => saveAs(scored.file, scored.name)}>
                {texts.save} ({bytes(scored.file.size)})
              </button>
            </p>
            <Scroll label={texts.answer}>
              <pre>{scored.preview}</pre>
            </Scroll>
          </>
        )}
      </div>
    </Section>
  );
}
