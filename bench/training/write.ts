import { makeDataset, writeForPython } from './data.ts';

/** `node write.ts DATASET FOLDER`: the data set as reference.py reads it. */
const [name = '', folder = ''] = process.argv.slice(2);
writeForPython(makeDataset(name), folder);
