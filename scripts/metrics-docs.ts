import { metricsPage } from '../src/telemetry/metrics-page.ts';
import { generatedFile } from './generated-file.ts';

/** Writes docs/metrics.md from the catalogue: `npm run docs:metrics`; `-- --check` only says whether it is current. */
generatedFile('docs/metrics.md', metricsPage(), 'npm run docs:metrics');
