import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { makeDataset, splitsOf, writeForPython } from './data.ts';

/** `node write.ts DATASET FOLDER`: each split of the data set, in a folder of its number, as reference.py reads it. */
const [name = '', folder = ''] = process.argv.slice(2);
for (const split of splitsOf(name)) {
  const own = join(folder, String(split));
  mkdirSync(own);
  writeForPython(makeDataset(name, split), own);
}
