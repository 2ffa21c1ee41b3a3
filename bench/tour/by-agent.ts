import { readFile } from 'node:fs/promises';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { PREDICTED } from './example.ts';

const client = new Client({ name: 'tour', version: '0' });
const transport = new StreamableHTTPClientTransport(new URL('/mcp', process.argv[2]));
// Its optional members are not written for exact ones.
await client.connect(transport as Parameters<Client['connect']>[0]);

async function call<T>(name: string, args: Record<string, unknown>): Promise<T> {
  const { structuredContent, isError, content } = await client.callTool({ name, arguments: args });
  if (isError) throw new Error(JSON.stringify(content));
  return structuredContent as T;
}

const text = await readFile('test/data/wine_train.csv', 'utf8');
const { dataset_id } = await call<{ dataset_id: string }>('upload_table', { name: 'wine_train.csv', text });
const { id: run_id } = await call<{ id: string }>('train', { dataset_id, mode: 'light' });
const run = await call<{ artifact_id: string }>('watch_run', { run_id });
const asked = { model: run.artifact_id, rows: [PREDICTED] };
const { predictions } = await call<{ predictions: string[] }>('predict', asked);
console.log(predictions[0]);
await client.close();
