import { type Kysely, type Selectable, sql } from 'kysely';
import type { Schema } from '../../../adapters/db/schema.ts';
import { AppError } from '../../../errors.ts';
import { type ListRequest, listOwned, type OwnedList } from '../../owned-lists.ts';
import { noSuch } from '../../owned-rows.ts';
import { afterNumber, type Page, type PageRequest, toPage } from '../../pages.ts';
import { LISTED, type ListedArtifact } from '../repository.ts';
import { aliasesOf, getModel, type Model } from './model.ts';

/** A name with its versions in short. */
export interface ModelSummary extends Pick<Model, 'name' | 'tags' | 'note' | 'created_at'> {
  readonly versions: number;
  readonly latestVersion: number | null;
  /** Version by alias. */
  readonly aliases: Readonly<Record<string, number>>;
}

export interface ModelVersion {
  readonly name: string;
  readonly version: number;
  readonly created_at: Date;
  readonly aliases: readonly string[];
  readonly artifact: ListedArtifact;
}

export type HistoryLine = Selectable<Schema['model_history']>;

const LISTED_MODEL = ['id', 'name', 'tags', 'note', 'created_at'] as const;

async function summaries(
  db: Kysely<Schema>,
  models: readonly Pick<Model, (typeof LISTED_MODEL)[number]>[],
): Promise<ModelSummary[]> {
  if (models.length === 0) return [];
  const ids = models.map(({ id }) => id);
  const counts = await db
    .selectFrom('model_versions')
    .select(['model_id', ({ fn }) => fn.countAll<number>().as('versions')])
    .select(({ fn }) => fn.max('version').as('latest'))
    .where('model_id', 'in', ids)
    .groupBy('model_id')
    .execute();
  const aliases = await db
    .selectFrom('model_aliases')
    .select(['model_id', 'alias', 'version'])
    .where('model_id', 'in', ids)
    .orderBy('alias')
    .execute();
  return models.map(({ id, name, tags, note, created_at }) => {
    const count = counts.find(({ model_id }) => model_id === id);
    return {
      name,
      tags,
      note,
      created_at,
      versions: count?.versions ?? 0,
      latestVersion: count?.latest ?? null,
      aliases: Object.fromEntries(
        aliases.filter(({ model_id }) => model_id === id).map(({ alias, version }) => [alias, version]),
      ),
    };
  });
}

/** Few enough (`MAX_MODELS`) to be found without indexes of their own. */
const LIST: OwnedList<'models', (typeof LISTED_MODEL)[number], never> = {
  table: 'models',
  columns: LISTED_MODEL,
  sorts: { created_at: sql.ref('created_at'), name: sql.ref('name') },
  filters: [],
  texts: ['name', 'note'],
};

export async function listModels(
  db: Kysely<Schema>,
  owner: string,
  request: ListRequest,
): Promise<Page<ModelSummary>> {
  const { items, nextCursor } = await listOwned(db, LIST, owner, request);
  return { items: await summaries(db, items), nextCursor };
}

/** @throws {AppError} `not_found` */
export async function describeModel(db: Kysely<Schema>, owner: string, name: string): Promise<ModelSummary> {
  const [summary] = await summaries(db, [await getModel(db, owner, name)]);
  return summary as ModelSummary;
}

export const noSuchVersion = (version: number) =>
  new AppError('not_found', `The model has no version ${version}.`);

function versionsOf(db: Kysely<Schema>, model: Model) {
  return db
    .selectFrom('model_versions as held')
    .innerJoin('artifacts', 'artifacts.id', 'held.artifact_id')
    .where('held.model_id', '=', model.id)
    .select(LISTED.map((column) => `artifacts.${column}` as const))
    .select(['held.version', 'held.created_at as registered_at']);
}

type VersionRow = ListedArtifact & { version: number; registered_at: Date };

async function withAliases(
  db: Kysely<Schema>,
  model: Model,
  rows: readonly VersionRow[],
): Promise<ModelVersion[]> {
  const aliases = [...(await aliasesOf(db, model))];
  return rows.map(({ version, registered_at, ...artifact }) => ({
    name: model.name,
    version,
    created_at: registered_at,
    aliases: aliases.filter(([, of]) => of === version).map(([alias]) => alias),
    artifact,
  }));
}

/** @throws {AppError} `not_found` */
export async function getVersion(db: Kysely<Schema>, model: Model, version: number): Promise<ModelVersion> {
  const row = await versionsOf(db, model).where('held.version', '=', version).executeTakeFirst();
  if (!row) throw noSuchVersion(version);
  const [described] = await withAliases(db, model, [row]);
  return described as ModelVersion;
}

/** @throws {AppError} `not_found` */
export const getModelVersion = async (
  db: Kysely<Schema>,
  owner: string,
  name: string,
  version: number,
): Promise<ModelVersion> => getVersion(db, await getModel(db, owner, name), version);

const VERSION_FILTERS = ['dataset_id', 'target', 'task', 'mode'] as const;
type VersionListRequest = PageRequest & { readonly sort?: string | undefined } & {
  readonly [Column in (typeof VERSION_FILTERS)[number]]?: string | undefined;
};

/** @throws {AppError} `not_found`, `invalid_request` */
export async function listVersions(
  db: Kysely<Schema>,
  owner: string,
  name: string,
  { limit, cursor, sort = '-version', ...filters }: VersionListRequest,
): Promise<Page<ModelVersion>> {
  const after = afterNumber(cursor);
  const model = await getModel(db, owner, name);
  const isAscending = sort === 'version';
  let rows = versionsOf(db, model)
    .orderBy('held.version', isAscending ? 'asc' : 'desc')
    .limit(limit + 1);
  if (after !== undefined) rows = rows.where('held.version', isAscending ? '>' : '<', after);
  for (const column of VERSION_FILTERS) {
    const value = filters[column];
    if (value !== undefined) rows = rows.where(sql.ref(`artifacts.${column}`), '=', value);
  }
  const { items, nextCursor } = toPage<VersionRow>(await rows.execute(), limit, ({ version }) => version);
  return { items: await withAliases(db, model, items), nextCursor };
}

/**
 * Of a name whose model was removed too.
 * @throws {AppError} `not_found` where nothing ever had the name; `invalid_request`
 */
export async function listHistory(
  db: Kysely<Schema>,
  owner: string,
  name: string,
  page: PageRequest,
): Promise<Page<HistoryLine>> {
  const after = afterNumber(page.cursor);
  const rows = await db
    .selectFrom('model_history')
    .selectAll()
    .where('owner', '=', owner)
    .where('name', '=', name)
    .$if(after !== undefined, (query) => query.where('id', '<', after as number))
    .orderBy('id', 'desc')
    .limit(page.limit + 1)
    .execute();
  if (rows.length === 0 && after === undefined) throw noSuch('models');
  return toPage(rows, page.limit, ({ id }) => id);
}
