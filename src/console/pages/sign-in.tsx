import { useState } from 'preact/hooks';
import { ApiProblem } from '../../client/index.ts';
import { signIn } from '../api.ts';
import { Page } from '../parts/page.tsx';
import { Problem } from '../parts/problem.tsx';
import { t } from '../texts/index.ts';

export function SignInPage() {
  const texts = t().signIn;
  const [key, setKey] = useState('');
  const [error, setError] = useState<unknown>();
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setError(undefined);
    try {
      await signIn(key);
    } catch (refusal) {
      setError(refusal instanceof ApiProblem && refusal.status === 401 ? new Error(texts.refused) : refusal);
    }
  };
  return (
    <Page title={texts.title}>
      <form class="card narrow" onSubmit={submit}>
        <p>{texts.about}</p>
        {/* For password managers, which keep a key by a name. */}
        <input type="text" name="username" autocomplete="username" value="mlops-backend" hidden readOnly />
        <label>
          {texts.key}
          <input
            type="password"
            name="key"
            autocomplete="current-password"
            required
            value={key}
            onInput={({ currentTarget }) => setKey(currentTarget.value)}
          />
        </label>
        {error !== undefined && <Problem error={error} />}
        <div class="actions">
          <button type="submit" class="primary">
            {texts.submit}
          </button>
        </div>
      </form>
    </Page>
  );
}
