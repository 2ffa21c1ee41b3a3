import { freshDatabase } from './database.ts';
import { type Service, startService } from './service.ts';
import { storageRoot } from './storage-root.ts';

/** What processes of the service share: a database and a STORAGE_ROOT, both of their own. All of it ends together. */
export interface Deployment extends AsyncDisposable {
  readonly databaseUrl: string;
  readonly root: string;
  start(env?: Record<string, string>): Promise<Service>;
}

export async function freshDeployment(): Promise<Deployment> {
  await using stack = new AsyncDisposableStack();
  const { path } = stack.use(await storageRoot());
  const { url } = stack.use(await freshDatabase());
  const owned = stack.move();
  return {
    databaseUrl: url,
    root: path,
    start: async (env = {}) => owned.use(await startService(path, { DATABASE_URL: url, ...env })),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** A deployment of one process. */
export async function startDeployed(env: Record<string, string> = {}): Promise<Service> {
  await using stack = new AsyncDisposableStack();
  const service = await stack.use(await freshDeployment()).start(env);
  const owned = stack.move();
  return { ...service, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
