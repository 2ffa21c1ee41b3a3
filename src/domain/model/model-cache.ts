import { LRUCache } from 'lru-cache';

const MAX_BYTES = 256 * 1024 * 1024;
/** What a model takes in memory for each byte of its document: 1.7 to 2.8 were measured, of trees and of labels. */
const BYTES_PER_DOCUMENT_BYTE = 3;
/** What it takes however small it is. */
const BYTES_PER_MODEL = 128 * 1024;

export interface LoadedModel<Model> {
  readonly model: Model;
  /** Length of the document it was made of. */
  readonly documentBytes: number;
}

/** Keeps models in memory, up to a limit of bytes; the least recently used leave first. */
export interface ModelCache<Model> {
  /** A model that is not kept is loaded, once for all who ask meanwhile. @throws what loading throws */
  get(owner: string, artifactId: string): Promise<Model>;
  /** The model is gone, also if it is just being loaded; '': any may be. */
  forget(artifactId: string): void;
}

/**
 * @param maxBytes of all models together, as estimated from their documents; a model larger than that is given to
 *   who asks for it, and not kept
 */
export function createModelCache<Model>(
  load: (owner: string, artifactId: string) => Promise<LoadedModel<Model>>,
  maxBytes = MAX_BYTES,
): ModelCache<Model> {
  const kept = new LRUCache<string, LoadedModel<Model>>({
    maxSize: maxBytes,
    sizeCalculation: ({ documentBytes }) => BYTES_PER_MODEL + BYTES_PER_DOCUMENT_BYTE * documentBytes,
  });
  const loading = new Map<string, Promise<Model>>();

  const begin = (key: string, owner: string, artifactId: string): Promise<Model> => {
    const begun: Promise<Model> = load(owner, artifactId).then((loaded) => {
      // Unless it was forgotten meanwhile.
      if (loading.get(key) === begun) kept.set(key, loaded);
      return loaded.model;
    });
    loading.set(key, begun);
    const end = () => {
      if (loading.get(key) === begun) loading.delete(key);
    };
    begun.then(end, end);
    return begun;
  };

  return {
    async get(owner, artifactId) {
      const key = `${artifactId} ${owner}`;
      return kept.get(key)?.model ?? loading.get(key) ?? begin(key, owner, artifactId);
    },
    forget(artifactId) {
      for (const models of [kept, loading])
        for (const key of models.keys()) if (key.startsWith(artifactId)) models.delete(key);
    },
  };
}
