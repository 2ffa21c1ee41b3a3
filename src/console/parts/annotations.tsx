import { useState } from 'preact/hooks';
import type { AnnotationPatch } from '../../client/index.ts';
import { to } from '../router.ts';
import { t } from '../texts/index.ts';
import { say } from './notes.tsx';
import { Section } from './page.tsx';
import { Problem } from './problem.tsx';
import { type TagsByName, tagText } from './tags.tsx';

interface Annotated {
  readonly tags: TagsByName;
  readonly note: string | null;
}

interface AnnotationsProps {
  readonly of: Annotated;
  /** Where the others are that have such a tag. */
  readonly list: string;
  change(patch: AnnotationPatch): Promise<Annotated>;
}

/** What people write on a thing, for people: words to find it by, and a note. */
export function Annotations({ of: first, list, change }: AnnotationsProps) {
  const texts = t().annotations;
  const [annotated, setAnnotated] = useState(first);
  const [tag, setTag] = useState('');
  const [note, setNote] = useState(first.note ?? '');
  const [error, setError] = useState<unknown>();
  const isSaved = note === (annotated.note ?? '');

  const attempt = async (patch: AnnotationPatch, announcement: string) => {
    setError(undefined);
    try {
      setAnnotated(await change(patch));
      say(announcement);
    } catch (refusal) {
      setError(refusal);
    }
  };
  const add = (event: SubmitEvent) => {
    event.preventDefault();
    const colon = tag.indexOf(':');
    const [name, value] = colon < 0 ? [tag, ''] : [tag.slice(0, colon), tag.slice(colon + 1)];
    void attempt({ tags: { [name.trim()]: value.trim() } }, texts.added(tag));
    setTag('');
  };
  const save = (event: SubmitEvent) => {
    event.preventDefault();
    void attempt({ note: note === '' ? null : note }, texts.saved);
  };

  return (
    <Section title={texts.title} hint={texts.hint}>
      <div class="annotations">
        <div>
          <ul class="tags" aria-label={texts.tags}>
            {Object.entries(annotated.tags).map(([name, value]) => {
              const text = tagText(name, value);
              return (
                <li key={name} class="badge tag">
                  <a href={to([list], { tag: text })}>{text}</a>
                  <button
                    type="button"
                    class="quiet"
                    aria-label={texts.remove(text)}
                    onClick={() => void attempt({ tags: { [name]: null } }, texts.removed(text))}
                  >
                    ×
                  </button>
                </li>
              );
            })}
          </ul>
          <form class="inline" onSubmit={add}>
            <label>
              {texts.tag}
              <input
                required
                maxLength={129}
                autocomplete="off"
                placeholder={texts.example}
                value={tag}
                onInput={({ currentTarget }) => setTag(currentTarget.value)}
              />
            </label>
            <button type="submit">{texts.add}</button>
          </form>
        </div>
        <form class="note-form" onSubmit={save}>
          <label>
            {texts.note}
            <textarea
              rows={3}
              maxLength={2000}
              value={note}
              onInput={({ currentTarget }) => setNote(currentTarget.value)}
            />
          </label>
          <button type="submit" disabled={isSaved}>
            {texts.save}
          </button>
        </form>
      </div>
      {error !== undefined && <Problem error={error} />}
    </Section>
  );
}
