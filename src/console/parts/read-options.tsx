import { t } from '../texts/index.ts';

/** How a table is to be read (docs/tables.md), by the API's names, as it is chosen and typed; empty: to be found out. */
export type Given = Readonly<Record<Choice | List, string>>;

/** What the service takes; a tab has a name. */
const CHOICES = {
  delimiter: [',', ';', '\\t', '|'],
  header: ['true', 'false'],
  encoding: ['utf-8', 'utf-16le', 'utf-16be', 'windows-1252'],
  decimal: ['.', ','],
  thousands: [',', '.', ' ', "'"],
  date_order: ['dmy', 'mdy', 'ymd'],
} as const;
type Choice = keyof typeof CHOICES;
const CHOICE_NAMES = Object.keys(CHOICES) as Choice[];

/** Of several, parted by commas. */
const LISTS = ['na_values', 'texts', 'ignore'] as const;
type List = (typeof LISTS)[number];

export const NOTHING_GIVEN = Object.fromEntries(
  [...CHOICE_NAMES, ...LISTS].map((name) => [name, '']),
) as Given;

const listed = (text: string) =>
  text
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean);

/** As the API takes them; undefined: there are none. */
export function readOptions(given: Given): Readonly<Record<string, unknown>> | undefined {
  const { delimiter, header, texts, ignore, na_values, ...words } = given;
  const options = {
    ...Object.fromEntries(Object.entries(words).filter(([, word]) => word !== '')),
    ...(delimiter && { delimiter: delimiter === '\\t' ? '\t' : delimiter }),
    ...(header && { header: header === 'true' }),
    ...(na_values && { na_values: listed(na_values) }),
    ...(ignore && { ignore: listed(ignore) }),
    ...(texts && { types: Object.fromEntries(listed(texts).map((name) => [name, 'string'])) }),
  };
  return Object.keys(options).length === 0 ? undefined : options;
}

interface ReadOptionsProps {
  readonly of: Given;
  onChange(given: Given): void;
}

/** Says what shall not be found out of the next table. */
export function ReadOptions({ of: given, onChange }: ReadOptionsProps) {
  const texts = t().reading;
  const titleOf = (name: Choice, value: string) =>
    name === 'header' ? texts.header[value as 'true' | 'false'] : (texts.values[value] ?? value);
  return (
    <details class="reading">
      <summary>{texts.title}</summary>
      <p class="muted">{texts.hint}</p>
      <div class="fields">
        {CHOICE_NAMES.map((name) => (
          <label key={name}>
            {texts.names[name]}
            <select
              value={given[name]}
              onChange={({ currentTarget: { value } }) => onChange({ ...given, [name]: value })}
            >
              <option value="">{texts.found}</option>
              {(CHOICES[name] as readonly string[]).map((value) => (
                <option key={value} value={value}>
                  {titleOf(name, value)}
                </option>
              ))}
            </select>
          </label>
        ))}
        {LISTS.map((name) => (
          <label key={name}>
            {texts.names[name]}
            <input
              autocomplete="off"
              placeholder={texts.examples[name]}
              value={given[name]}
              onInput={({ currentTarget: { value } }) => onChange({ ...given, [name]: value })}
            />
          </label>
        ))}
      </div>
    </details>
  );
}
