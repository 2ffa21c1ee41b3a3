import { z } from '@hono/zod-openapi';
import { validate } from 'uuid';
import { meantName } from '../nearest-name.ts';
import { MODES, TASKS } from '../vocabulary/modes.ts';
import { RUN_STATUSES } from '../vocabulary/runs.ts';
import { FORMATS } from '../vocabulary/tables.ts';
import { tagFilter } from './annotations.ts';
import { moment } from './moment.ts';
import { query } from './named-fields.ts';

/** What lists, trends and the summary can be asked for in their queries. */

const MAX_TEXT = 256;

const page = {
  limit: z.coerce.number().int().min(1).max(100).default(20),
  cursor: z.string().optional(),
};
export const PageQuery = query(page);

/** One of a few words; of another, what there is, and which was meant. */
const oneOf = <const Words extends readonly [string, ...string[]]>(words: Words) =>
  z.enum(words, {
    error: ({ input }) => {
      const meant = typeof input === 'string' ? meantWord(input, words) : undefined;
      return `must be one of ${words.join(', ')}${meant === undefined ? '' : `; did you mean "${meant}"?`}`;
    },
  });

/** A sign in front says which way, and is no slip. */
const meantWord = (word: string, words: readonly string[]) =>
  meantName(
    word,
    words.filter((known) => known.startsWith('-') === word.startsWith('-')),
  );

const sortBy = (first: string, ...more: string[]) =>
  oneOf([first, `-${first}`, ...more.flatMap((name) => [name, `-${name}`])])
    .default(`-${first}`)
    .openapi({ description: 'The least first; with a `-` in front, the greatest.' });
const sort = (...names: string[]) => sortBy('created_at', ...names);

/** No database takes a text with a NUL. */
const text = z
  .string()
  .min(1)
  .max(MAX_TEXT)
  .refine((value) => !value.includes('\0'), 'must not hold a NUL');
const id = z.string().refine(validate, 'must be an id').openapi({ format: 'uuid' });

const mode = oneOf(MODES).optional();
const task = oneOf(TASKS).optional();
const target = text.optional();
const dataset_id = id.optional();

const found = (where: string) => ({
  created_after: moment.optional(),
  created_before: moment.optional(),
  tag: tagFilter,
  q: text.optional().openapi({ description: `A part of ${where} or of the note, whether small or capital` }),
});

export const DatasetListQuery = query({
  ...page,
  sort: sort('name', 'size', 'rows'),
  mode,
  format: oneOf(FORMATS).optional(),
  ...found('the name'),
});

export const RunListQuery = query({
  ...page,
  sort: sort('finished_at', 'duration'),
  status: oneOf(RUN_STATUSES).optional(),
  mode,
  task,
  target,
  dataset_id,
  ...found("the target's name"),
});

export const ArtifactListQuery = query({
  ...page,
  sort: sort('size'),
  mode,
  task,
  target,
  dataset_id,
  ...found("the target's name"),
});

export const ModelListQuery = query({ ...page, sort: sort('name'), ...found('the name') });

export const QualityQuery = query({
  mode,
  dataset_id,
  target: target.openapi({ description: 'Of the dataset that is asked for' }),
  task,
  limit: z.coerce.number().int().min(1).max(1000).default(100),
}).refine(
  (asked) => asked.target === undefined || asked.dataset_id !== undefined,
  'target: a target is one of a dataset: dataset_id must be given, too',
);

export const VersionListQuery = query({
  ...page,
  sort: sortBy('version'),
  mode,
  task,
  target,
  dataset_id,
});
