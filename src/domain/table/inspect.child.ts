import { serveChild } from '../../adapters/process/serve-child.ts';
import type { TableProfile } from '../../vocabulary/tables.ts';
import { SpareDatabase } from './duckdb.ts';
import { SlowArrival } from './growing-file.ts';
import { type InspectRequest, inspectHere } from './inspect-here.ts';

const databases = new SpareDatabase();

serveChild<InspectRequest, TableProfile | undefined>(async (request, _report, stages) => {
  try {
    return await inspectHere(request, stages, databases.open);
  } catch (error) {
    if (error instanceof SlowArrival) return undefined;
    throw error;
  }
}, databases.make);
