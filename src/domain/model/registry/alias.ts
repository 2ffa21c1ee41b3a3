import { AppError } from '../../../errors.ts';
import type { ChangeName } from './change.ts';
import { aliasesOf, getModel } from './model.ts';
import { getVersion, type ModelVersion } from './repository.ts';
import { MAX_ALIASES } from './rules.ts';

export interface Aliases {
  /**
   * Lets the alias stand for this version from now on: for every prediction that is asked for after it was
   * acknowledged, by whichever process. Where it does already, nothing changes.
   * @throws {AppError} `not_found` (model, version); `conflict` when there are too many aliases
   */
  set(owner: string, name: string, alias: string, version: number): Promise<ModelVersion>;
  /** @throws {AppError} `not_found` (model, alias) */
  remove(owner: string, name: string, alias: string): Promise<void>;
}

export const noSuchAlias = (alias: string) => new AppError('not_found', `The model has no alias "${alias}".`);

export function createAliases(changeName: ChangeName): Aliases {
  return {
    set: (owner, name, alias, to) =>
      changeName(owner, name, async ({ trx, note }) => {
        const model = await getModel(trx, owner, name);
        const { artifact } = await getVersion(trx, model, to);
        const aliases = await aliasesOf(trx, model);
        const from = aliases.get(alias);
        if (from === undefined && aliases.size >= MAX_ALIASES)
          throw new AppError(
            'conflict',
            `The model has ${MAX_ALIASES} aliases, the most there may be: remove one first.`,
          );
        if (from !== to) {
          await trx
            .insertInto('model_aliases')
            .values({ model_id: model.id, alias, version: to })
            .onConflict((oc) => oc.columns(['model_id', 'alias']).doUpdateSet({ version: to }))
            .execute();
          const change = { alias, to, artifactId: artifact.id };
          await note(
            from === undefined
              ? { ...change, change: 'alias_assigned' }
              : { ...change, change: to > from ? 'alias_promoted' : 'alias_rolled_back', from },
          );
        }
        return getVersion(trx, model, to);
      }),

    remove: (owner, name, alias) =>
      changeName(owner, name, async ({ trx, note }) => {
        const model = await getModel(trx, owner, name);
        const from = (await aliasesOf(trx, model)).get(alias);
        if (from === undefined) throw noSuchAlias(alias);
        const { artifact } = await getVersion(trx, model, from);
        await trx
          .deleteFrom('model_aliases')
          .where('model_id', '=', model.id)
          .where('alias', '=', alias)
          .execute();
        await note({ change: 'alias_removed', alias, from, artifactId: artifact.id });
      }),
  };
}
