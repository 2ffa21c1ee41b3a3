import { serveChild } from '../../adapters/process/serve-child.ts';
import { inspectHere } from './inspect-here.ts';

serveChild(inspectHere);
