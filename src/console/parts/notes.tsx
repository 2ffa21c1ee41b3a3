import { signal } from '@preact/signals';
import { t } from '../texts/index.ts';
import { sentenceOf } from './problem.tsx';

/** For how long something can be taken back, and a note is read. */
const GRACE_MS = 7000;

interface Note {
  readonly id: number;
  readonly text: string;
  readonly kind: 'good' | 'bad' | 'plain';
  readonly undo?: () => void;
}

const notes = signal<readonly Note[]>([]);
let lastId = 0;

function show(note: Omit<Note, 'id'>, forMs: number): () => void {
  lastId += 1;
  const id = lastId;
  const hide = () => {
    notes.value = notes.value.filter((other) => other.id !== id);
  };
  notes.value = [...notes.value, { ...note, id }];
  setTimeout(hide, forMs);
  return hide;
}

export const say = (text: string): void => void show({ text, kind: 'good' }, GRACE_MS);
export const complain = (error: unknown): void =>
  void show({ text: sentenceOf(error), kind: 'bad' }, 3 * GRACE_MS);

/** Things that are about to be deleted, by id: lists leave them out already. */
const leaving = signal<ReadonlySet<string>>(new Set());
export const isLeaving = (id: string): boolean => leaving.value.has(id);

interface Deletion {
  readonly id: string;
  /** While it can be taken back. */
  readonly announcement: string;
  readonly done: string;
  readonly kept: string;
  readonly run: () => Promise<unknown>;
  /** When it has gone. */
  readonly onDone?: () => void;
}

/**
 * Deletes after some seconds in which it can be taken back. The service is asked no sooner: whatever ends the page
 * meanwhile ends the deletion too.
 */
export function deleteSoon({ id, announcement, done, kept, run, onDone }: Deletion): void {
  const returned = () => {
    leaving.value = new Set([...leaving.value].filter((other) => other !== id));
  };
  leaving.value = new Set([...leaving.value, id]);
  const timer = setTimeout(async () => {
    try {
      await run();
      say(done);
      onDone?.();
    } catch (error) {
      complain(error);
      returned();
    }
  }, GRACE_MS);
  const undo = () => {
    clearTimeout(timer);
    returned();
    hide();
    say(kept);
  };
  const hide = show({ text: announcement, kind: 'plain', undo }, GRACE_MS);
}

export function Notes() {
  return (
    <div class="notes" role="status" aria-live="polite">
      {notes.value.map(({ id, text, kind, undo }) => (
        <div key={id} class={`note ${kind}`}>
          <span>{text}</span>
          {undo && (
            <button type="button" onClick={undo}>
              {t().app.undo}
            </button>
          )}
        </div>
      ))}
    </div>
  );
}
