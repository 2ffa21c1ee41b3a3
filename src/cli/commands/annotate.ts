import { buildCommand } from '@stricli/core';
import type { AnnotationPatch, Client } from '../../client/index.ts';
import { type Context, clientOf, commonAliases, commonFlags, type Flags, outputOf } from '../context.ts';

interface AnnotateFlags extends Flags {
  readonly tag?: readonly string[];
  readonly untag?: readonly string[];
  readonly note?: string;
}

type Annotate = (
  client: Client,
  id: string,
  patch: AnnotationPatch,
  signal: AbortSignal,
) => Promise<{ tags: Record<string, string>; note: string | null }>;

const THINGS = {
  dataset: (client, id, annotationPatch, signal) =>
    client.annotateDataset({ id, annotationPatch }, { signal }),
  run: (client, id, annotationPatch, signal) =>
    client.annotateTrainingRun({ id, annotationPatch }, { signal }),
  artifact: (client, id, annotationPatch, signal) =>
    client.annotateArtifact({ id, annotationPatch }, { signal }),
  model: (client, name, annotationPatch, signal) =>
    client.annotateModel({ name, annotationPatch }, { signal }),
} satisfies Record<string, Annotate>;
type Thing = keyof typeof THINGS;

function parseThing(text: string): Thing {
  if (!Object.hasOwn(THINGS, text)) throw new Error(`one of ${Object.keys(THINGS).join(', ')}`);
  return text as Thing;
}

function parseTag(text: string): [key: string, value: string] {
  const colon = text.indexOf(':');
  return colon < 0 ? [text, ''] : [text.slice(0, colon), text.slice(colon + 1)];
}

export const annotate = buildCommand({
  docs: {
    brief: 'Write tags and a note on a dataset, a run, an artifact or a model',
    fullDescription: `Write tags and a note on a dataset, a run, an artifact or a model that has a name. What is not named stays.

Examples:
  mlops-backend annotate run RUN --tag team:growth --tag baseline --note 'With the calls of last quarter'
  mlops-backend annotate model churn --untag baseline --note ''`,
  },
  parameters: {
    positional: {
      kind: 'tuple',
      parameters: [
        { parse: parseThing, placeholder: 'thing', brief: 'dataset, run, artifact or model' },
        { parse: String, placeholder: 'id', brief: 'Its id; of a model, its name' },
      ],
    },
    flags: {
      ...commonFlags,
      tag: {
        kind: 'parsed',
        parse: String,
        variadic: true,
        optional: true,
        placeholder: 'TAG',
        brief: 'Adds a tag, as key or key:value',
      },
      untag: {
        kind: 'parsed',
        parse: String,
        variadic: true,
        optional: true,
        placeholder: 'KEY',
        brief: 'Takes a tag away',
      },
      note: { kind: 'parsed', parse: String, optional: true, placeholder: 'TEXT', brief: 'Empty: none' },
    },
    aliases: commonAliases,
  },
  async func(this: Context, flags: AnnotateFlags, thing: Thing, id: string) {
    const output = outputOf(this, flags);
    const tags = Object.fromEntries([
      ...(flags.tag ?? []).map(parseTag),
      ...(flags.untag ?? []).map((key) => [key, null] as const),
    ]);
    const patch = { tags, ...(flags.note !== undefined && { note: flags.note || null }) };
    const written = await THINGS[thing](clientOf(this, flags), id, patch, this.signal);
    output.result(written, () =>
      [
        Object.entries(written.tags)
          .map(([key, value]) => (value === '' ? key : `${key}:${value}`))
          .join(', '),
        written.note ?? '',
      ]
        .filter(Boolean)
        .join('\n'),
    );
  },
});
