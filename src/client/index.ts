export {
  Client,
  type ClientOptions,
  type ModelAddress,
  type TableOptions,
  type UploadOptions,
} from './client.ts';
export type * from './generated/types.gen.ts';
export { itemsOf } from './items.ts';
export { ApiProblem, ConnectionError, type ProblemCode } from './problem.ts';
export type { UploadProgress } from './upload.ts';
export { hasEnded, isRun, type WatchOptions } from './watch-run.ts';
