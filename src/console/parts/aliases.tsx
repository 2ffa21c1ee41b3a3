import { useState } from 'preact/hooks';
import type { Model } from '../../client/index.ts';
import { api } from '../api.ts';
import { t } from '../texts/index.ts';
import { complain, say } from './notes.tsx';

const USUAL = ['production', 'staging', 'champion', 'challenger'];

interface AliasesProps {
  readonly model: Model;
  readonly version: number;
  /** That stand for this version. */
  readonly of: readonly string[];
  onChange(): void;
}

async function move(name: string, alias: string, version: number, onChange: () => void): Promise<void> {
  try {
    await api().setModelAlias({ name, alias, modelAliasRequest: { version } });
    say(t().models.moved(alias, version));
    onChange();
  } catch (error) {
    complain(error);
  }
}

/** What stands for a version, and what could be moved to it. */
export function Aliases({ model: { name, aliases }, version, of: own, onChange }: AliasesProps) {
  const texts = t().models;
  const remove = (alias: string) =>
    api()
      .deleteModelAlias({ name, alias })
      .then(() => {
        say(texts.dropped(alias));
        onChange();
      }, complain);
  const elsewhere = Object.entries(aliases).filter(([, other]) => other !== version);
  return (
    <span class="actions">
      {own.map((alias) => (
        <span key={alias} class="badge alias">
          {alias}{' '}
          <button
            type="button"
            class="quiet"
            aria-label={texts.dropAlias(alias)}
            title={texts.dropAlias(alias)}
            onClick={() => void remove(alias)}
          >
            ×
          </button>
        </span>
      ))}
      {elsewhere.map(([alias, other]) => (
        <button
          key={alias}
          type="button"
          class="small"
          onClick={() => void move(name, alias, version, onChange)}
        >
          {other < version ? `↑ ${texts.promote(alias)}` : `↓ ${texts.rollBack(alias)}`}
        </button>
      ))}
    </span>
  );
}

interface SetAliasProps {
  readonly model: Model;
  readonly version: number;
  onChange(): void;
}

export function SetAlias({ model: { name, aliases }, version, onChange }: SetAliasProps) {
  const texts = t().models;
  const [alias, setAlias] = useState<string>();
  if (alias === undefined)
    return (
      <button type="button" class="quiet" onClick={() => setAlias('')}>
        {texts.setAlias}
      </button>
    );
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    setAlias(undefined);
    void move(name, alias, version, onChange);
  };
  const known = [...new Set([...Object.keys(aliases), ...USUAL])];
  return (
    <form class="inline" onSubmit={submit}>
      <input
        aria-label={texts.aliasOf(version)}
        title={texts.aliasHint}
        required
        pattern="[A-Za-z][A-Za-z0-9._\-]{0,99}"
        list={`aliases-${version}`}
        autocomplete="off"
        value={alias}
        onInput={({ currentTarget }) => setAlias(currentTarget.value)}
      />
      <datalist id={`aliases-${version}`}>
        {known.map((one) => (
          <option key={one} value={one} />
        ))}
      </datalist>
      <button type="submit">{texts.setAlias}</button>
    </form>
  );
}
