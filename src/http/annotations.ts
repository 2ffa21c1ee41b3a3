import { z } from '@hono/zod-openapi';
import { type Annotations, MAX_TAGS } from '../domain/annotations.ts';
import { annotation as example } from './examples/annotations.ts';
import { jsonBody } from './middleware/json-body.ts';
import { body } from './named-fields.ts';
import { problems } from './routes/problems.ts';

/** What people write on datasets, runs and models: the same everywhere. */

const MAX_WORD = 64;
const MAX_NOTE = 2000;
const MAX_BODY_BYTES = 64 * 1024;

const KEY = new RegExp(`^[^:\\p{Cc}\\p{Cs}]{1,${MAX_WORD}}$`, 'u');
const VALUE = new RegExp(`^[^\\p{Cc}\\p{Cs}]{0,${MAX_WORD}}$`, 'u');
/** As a pattern, the description would have JavaScript's. */
const key = z.string().refine((text) => KEY.test(text));
const value = z
  .string()
  .refine(
    (text) => VALUE.test(text),
    `must be at most ${MAX_WORD} characters, none of them a control character`,
  );
const note = z
  .string()
  .max(MAX_NOTE)
  .refine(
    (text) => !text.includes('\0') && text.isWellFormed(),
    'must hold neither NULs nor halves of characters',
  );

const AnnotationPatch = body({
  tags: z
    .record(key, value.nullable(), {
      error: ({ code }) =>
        code === 'invalid_key' ? `a tag has 1 to ${MAX_WORD} characters, none of them a colon` : undefined,
    })
    .refine((tags) => Object.keys(tags).length <= 2 * MAX_TAGS, `at most ${2 * MAX_TAGS} at a time`)
    .nullable()
    .optional()
    .openapi({
      description: `At most ${MAX_TAGS} in all. A tag with an empty value is a word; null takes one away, null for all of them takes all.`,
    }),
  note: note.nullable().optional().openapi({ description: 'Null takes it away.' }),
}).openapi('AnnotationPatch');

/** Of an answer. */
export const annotationFields = {
  tags: z.record(z.string(), z.string()),
  note: z.string().nullable(),
};

export const annotationsView = ({ tags, note }: Annotations) => ({ tags: { ...tags }, note });

/** A tag to ask for: by its key alone, or with its value behind a colon. */
const tag = z
  .string()
  .max(2 * MAX_WORD + 1)
  .transform((text) => {
    const colon = text.indexOf(':');
    return colon < 0 ? { key: text } : { key: text.slice(0, colon), value: text.slice(colon + 1) };
  })
  .refine(
    (asked) => KEY.test(asked.key) && VALUE.test(asked.value ?? ''),
    'must be a tag, as key or key:value',
  );
export const tagFilter = z
  .preprocess((given) => (given === undefined ? undefined : [given].flat()), z.array(tag).max(5).optional())
  .openapi({
    type: 'array',
    items: { type: 'string' },
    description: 'With this tag, as `key` or `key:value`; given several times, with all of them.',
  });

/** What the routes that change them have in common. */
export const annotating = {
  method: 'patch',
  description: 'A JSON merge patch (RFC 7396): what is not named stays as it is, null takes away.',
  middleware: jsonBody(MAX_BODY_BYTES),
} as const;
export const annotationBody = {
  required: true,
  content: {
    'application/merge-patch+json': { schema: AnnotationPatch, example },
    'application/json': { schema: AnnotationPatch, example },
  },
};
export const annotationProblems = problems(401, 404, 408, 409, 413, 415);
