import { serveChild } from '../../adapters/process/serve-child.ts';
import type { InspectedTable } from '../../vocabulary/tables.ts';
import { SpareDatabase } from './duckdb.ts';
import { SlowArrival } from './growing-file.ts';
import { type InspectRequest, inspectHere } from './inspect-here.ts';
import { tableWarnings } from './table-warnings.ts';

const databases = new SpareDatabase();

serveChild<InspectRequest, InspectedTable | undefined>(async (request, _report, stages) => {
  try {
    const profile = await inspectHere(request, stages, databases.open);
    return { ...profile, warnings: await tableWarnings(request, profile) };
  } catch (error) {
    if (error instanceof SlowArrival) return undefined;
    throw error;
  }
}, databases.make);
