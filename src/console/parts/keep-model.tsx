import { useState } from 'preact/hooks';
import { api, useLoad } from '../api.ts';
import { to } from '../router.ts';
import { t } from '../texts/index.ts';
import { say } from './notes.tsx';
import { Section } from './page.tsx';
import { Problem } from './problem.tsx';

/** Makes a model a version of a name, and shows which it is already. */
export function KeepModel({ artifactId }: { readonly artifactId: string }) {
  const texts = t().keep;
  const { data, reload } = useLoad(
    (signal) => api().getArtifact({ id: artifactId }, { signal }),
    [artifactId],
  );
  const names = useLoad((signal) => api().listModels({ limit: 100 }, { signal }), []);
  const [name, setName] = useState('');
  const [error, setError] = useState<unknown>();
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setError(undefined);
    try {
      const { version } = await api().registerModelVersion({
        name,
        modelVersionRequest: { artifact_id: artifactId },
      });
      say(texts.kept(name, version));
      reload();
    } catch (refusal) {
      setError(refusal);
    }
  };
  const holds = data?.held_by ?? [];
  return (
    <Section title={texts.title} hint={texts.hint}>
      {holds.length > 0 && (
        <p>
          {texts.heldBy}:{' '}
          {holds.map((hold) => (
            <a key={hold.name + hold.version} class="badge" href={to(['models', hold.name])}>
              {hold.name} {hold.version}
            </a>
          ))}
        </p>
      )}
      <form class="inline" onSubmit={submit}>
        <label>
          {texts.name}
          <input
            required
            pattern="[A-Za-z0-9][A-Za-z0-9._\-]{0,99}"
            title={texts.nameRule}
            list="model-names"
            autocomplete="off"
            value={name}
            onInput={({ currentTarget }) => setName(currentTarget.value)}
          />
        </label>
        <datalist id="model-names">
          {names.data?.items.map((model) => (
            <option key={model.name} value={model.name} />
          ))}
        </datalist>
        <button type="submit">{texts.submit}</button>
      </form>
      {error !== undefined && <Problem error={error} />}
    </Section>
  );
}
