import { openLocalStorage } from '../../../src/adapters/storage/local.ts';
import { takeSyncs } from '../count-syncs.ts';

const storage = await openLocalStorage(process.argv[2] as string);
takeSyncs();
async function* source() {
  const piece = Buffer.alloc(1 << 20);
  for (let i = 0; i < Number(process.argv[3]); i++) yield piece;
}
await storage.write('datasets/one', source());
console.log(JSON.stringify({ syncs: takeSyncs() }));
