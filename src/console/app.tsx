import type { ComponentChildren } from 'preact';
import { isLockedOut, isSignedIn, signOut } from './api.ts';
import { ComparePage } from './pages/compare.tsx';
import { DatasetPage } from './pages/dataset.tsx';
import { DatasetsPage } from './pages/datasets.tsx';
import { ModelPage } from './pages/model.tsx';
import { ModelsPage } from './pages/models.tsx';
import { PredictPage } from './pages/predict.tsx';
import { RunPage } from './pages/run.tsx';
import { RunsPage } from './pages/runs.tsx';
import { ServicePage } from './pages/service.tsx';
import { SignInPage } from './pages/sign-in.tsx';
import { TrainPage } from './pages/train.tsx';
import { Notes } from './parts/notes.tsx';
import { Page } from './parts/page.tsx';
import { Empty } from './parts/shown.tsx';
import { place, to } from './router.ts';
import { LANGUAGES, language, THEMES, type Theme, theme } from './settings.ts';
import { de } from './texts/de.ts';
import { en } from './texts/en.ts';
import { t } from './texts/index.ts';

/** The lists that everything is found from, in the order of the work, and how the service is. */
const SECTIONS = ['datasets', 'runs', 'models', 'service'] as const;
const LANGUAGE_NAMES = { en: en.language, de: de.language };

function pageAt([section = 'datasets', id, part]: readonly string[]): ComponentChildren {
  switch (section) {
    case 'datasets':
      if (id === undefined) return <DatasetsPage />;
      if (part === 'train') return <TrainPage key={id} id={id} />;
      return part === 'compare' ? <ComparePage key={id} id={id} /> : <DatasetPage key={id} id={id} />;
    case 'runs':
      return id === undefined ? <RunsPage /> : <RunPage key={id} id={id} />;
    case 'artifacts':
      return id === undefined ? undefined : <PredictPage key={id} id={id} />;
    case 'models':
      return id === undefined ? <ModelsPage /> : <ModelPage key={id} name={id} />;
    case 'service':
      return id === undefined ? <ServicePage /> : undefined;
    default:
      return undefined;
  }
}

const NotFoundPage = () => (
  <Page title={t().app.notFound}>
    <Empty title={t().app.notFound} hint={t().app.notFoundHint} />
  </Page>
);

function Choice<Value extends string>(props: {
  readonly label: string;
  readonly value: Value;
  readonly values: readonly Value[];
  readonly titles: Readonly<Record<Value, string>>;
  onChoose(value: Value): void;
}) {
  return (
    <label class="choice">
      <span class="hidden">{props.label}</span>
      <select
        title={props.label}
        value={props.value}
        onChange={({ currentTarget }) => props.onChoose(currentTarget.value as Value)}
      >
        {props.values.map((value) => (
          <option key={value} value={value}>
            {props.titles[value]}
          </option>
        ))}
      </select>
    </label>
  );
}

function Head() {
  const texts = t();
  const [current = 'datasets'] = place.value.path;
  return (
    <header class="head">
      <a class="brand" href={to(['datasets'])}>
        {texts.app.name}
      </a>
      <nav aria-label={texts.app.menu}>
        {SECTIONS.map((section) => (
          <a key={section} href={to([section])} aria-current={section === current ? 'page' : undefined}>
            {texts[section].title}
          </a>
        ))}
        <a href="api/docs">{texts.app.docs}</a>
      </nav>
      <div class="choices">
        <Choice
          label={texts.app.languageChoice}
          value={language.value}
          values={LANGUAGES}
          titles={LANGUAGE_NAMES}
          onChoose={(value) => {
            language.value = value;
          }}
        />
        <Choice<Theme>
          label={texts.app.theme}
          value={theme.value}
          values={THEMES}
          titles={texts.app.themes}
          onChoose={(value) => {
            theme.value = value;
          }}
        />
        {isSignedIn.value && (
          <button type="button" onClick={signOut}>
            {texts.app.signOut}
          </button>
        )}
      </div>
    </header>
  );
}

export function App() {
  return (
    <>
      <button
        type="button"
        class="skip"
        onClick={() => document.querySelector<HTMLElement>('main h1')?.focus()}
      >
        {t().app.skip}
      </button>
      <Head />
      <main>{isLockedOut.value ? <SignInPage /> : (pageAt(place.value.path) ?? <NotFoundPage />)}</main>
      <Notes />
    </>
  );
}
