import { computed } from '@preact/signals';
import { language } from '../settings.ts';
import { de } from './de.ts';
import { en, type Texts } from './en.ts';

const byLanguage: Readonly<Record<string, Texts>> = { en, de };

/** Every text of the console, in the chosen language. Whoever reads it while rendering is rendered anew with another. */
const texts = computed(() => byLanguage[language.value] ?? en);
export const t = (): Texts => texts.value;
