import type { Database } from '../../../adapters/db/database.ts';
import { type Aliases, createAliases } from './alias.ts';
import { type ChangeDeps, createChangeName } from './change.ts';
import { createRegisterVersion, type RegisterVersion } from './register.ts';
import { createRemoveModels, type RemoveModels } from './remove.ts';
import { createWithModel, type WithModel } from './resolve.ts';

/** Models that people keep: names with versions, and aliases that stand for one of them. */
export interface Registry {
  readonly register: RegisterVersion;
  readonly aliases: Aliases;
  readonly remove: RemoveModels;
  readonly withModel: WithModel;
}

interface RegistryDeps extends ChangeDeps {
  readonly prepare: Database['prepare'];
}

export function createRegistry({ prepare, ...deps }: RegistryDeps): Registry {
  const changeName = createChangeName(deps);
  return {
    register: createRegisterVersion({ db: deps.db, changeName }),
    aliases: createAliases(changeName),
    remove: createRemoveModels(changeName),
    withModel: createWithModel(deps.db, prepare),
  };
}
