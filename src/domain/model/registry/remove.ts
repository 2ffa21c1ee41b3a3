import { AppError } from '../../../errors.ts';
import type { ChangeName } from './change.ts';
import { aliasesOf, getModel } from './model.ts';
import { getVersion } from './repository.ts';

/** What goes lets go of its artifacts, which the retention may then remove. What an alias stands for does not go. */
export interface RemoveModels {
  /** @throws {AppError} `not_found`; `conflict` while an alias stands for the version */
  version(owner: string, name: string, version: number): Promise<void>;
  /** The name with all its versions. @throws {AppError} `not_found`; `conflict` while it has an alias */
  model(owner: string, name: string): Promise<void>;
}

const inUse = (what: string, aliases: readonly string[]) =>
  new AppError('conflict', `An alias stands for ${what}: ${aliases.join(', ')}. Move or remove it first.`);

export function createRemoveModels(changeName: ChangeName): RemoveModels {
  return {
    version: (owner, name, version) =>
      changeName(owner, name, async ({ trx, note }) => {
        const model = await getModel(trx, owner, name);
        const { aliases, artifact } = await getVersion(trx, model, version);
        if (aliases.length > 0) throw inUse('this version', aliases);
        await trx
          .deleteFrom('model_versions')
          .where('model_id', '=', model.id)
          .where('version', '=', version)
          .execute();
        await note({ change: 'version_removed', from: version, artifactId: artifact.id });
      }),

    model: (owner, name) =>
      changeName(owner, name, async ({ trx, note }) => {
        const model = await getModel(trx, owner, name);
        const aliases = await aliasesOf(trx, model);
        if (aliases.size > 0) throw inUse('a version of the model', [...aliases.keys()]);
        await trx.deleteFrom('models').where('id', '=', model.id).execute();
        await note({ change: 'model_removed' });
      }),
  };
}
