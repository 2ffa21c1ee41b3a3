import { serveChild } from '../../adapters/process/serve-child.ts';
import type { TableProfile } from '../../vocabulary/tables.ts';
import { type InspectRequest, inspectHere } from './inspect-here.ts';

serveChild<InspectRequest, TableProfile>((request, _report, stages) => inspectHere(request, stages));
