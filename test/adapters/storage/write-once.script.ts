import { openLocalStorage } from '../../../src/adapters/storage/local.ts';
import { takeSyncs } from '../count-syncs.ts';

const storage = await openLocalStorage(process.argv[2] as string);
takeSyncs();
async function* source() {
  yield Buffer.from('a,b\n1,2\n');
}
await storage.write('datasets/one', source());
console.log(JSON.stringify({ syncs: takeSyncs() }));
