import { effect, type Signal, signal } from '@preact/signals';

export const THEMES = ['auto', 'light', 'dark'] as const;
export const LANGUAGES = ['en', 'de'] as const;
export type Theme = (typeof THEMES)[number];

/** A choice that this browser remembers; where it may not, it lasts as long as the page. */
function remembered<Choice extends string>(
  name: string,
  choices: readonly Choice[],
  fallback: Choice,
): Signal<Choice> {
  const stored = attempt(() => localStorage.getItem(name));
  const choice = signal(choices.find((one) => one === stored) ?? fallback);
  effect(() => {
    const { value } = choice;
    attempt(() => localStorage.setItem(name, value));
  });
  return choice;
}

function attempt<Value>(action: () => Value): Value | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}

const preferred = LANGUAGES.find((one) => navigator.language.startsWith(one)) ?? 'en';

export const theme = remembered('theme', THEMES, 'auto');
export const language = remembered('language', LANGUAGES, preferred);

effect(() => {
  document.documentElement.dataset['theme'] = theme.value;
});
effect(() => {
  document.documentElement.lang = language.value;
});

const darkness = matchMedia('(prefers-color-scheme: dark)');
const prefersDark = signal(darkness.matches);
darkness.addEventListener('change', ({ matches }) => {
  prefersDark.value = matches;
});
/** What is drawn on a canvas has to be drawn anew when this changes. */
export const isDark = (): boolean => theme.value === 'dark' || (theme.value === 'auto' && prefersDark.value);
