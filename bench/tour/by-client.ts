import { Client } from '../../src/client/index.ts';
import { fileFrom } from '../../src/client/node.ts';
import { PREDICTED } from './example.ts';

const client = new Client({ url: process.argv[2] as string });
const { dataset_id } = await client.upload(await fileFrom('test/data/wine_train.csv'));
const { id } = await client.createTrainingRun({ trainingRequest: { dataset_id, mode: 'light' } });
const run = await client.waitForRun(id);
const { predictions } = await client.predictRows({ id: run.artifact_id as string }, [PREDICTED]);
console.log(predictions[0]);
