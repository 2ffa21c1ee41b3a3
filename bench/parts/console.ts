import { embeddedUrl } from '../../src/adapters/db/embedded/embedded.ts';
import { fill } from '../../test/growth/fill.ts';
import { openBrowser } from '../../test/support/browser.ts';
import { startService } from '../../test/support/service.ts';
import { storageRoot } from '../../test/support/storage-root.ts';
import { Figures } from '../console/figures.ts';
import { COLD, firstContent, TEXT, WARM } from '../console/first-content.ts';
import { inLongList } from '../console/long-list.ts';
import { whileRunStreams } from '../console/streaming.ts';
import { inProfile, profileOf, wideTable } from '../console/wide-profile.ts';
import type { Measured, Part } from '../part.ts';

const MANY_COLUMNS = 1000;
/** To compare those with. */
const FEW_COLUMNS = 20;

export const part: Part = {
  about:
    'What the [console](console.md) costs a browser, as a headless Chromium tells it (`first-contentful-paint`, `longtask`, bytes as they came, packed), on the machine on which the service runs. A browser calls a task long that keeps it from answering for more than 50 ms. Long tasks are of a run from its start to its judged model; of a list that is scrolled, turned, put into another order and searched; of a profile that is scrolled and searched. A search of a list waits a quarter of a second for the next key.',
  async run({ quick }): Promise<Measured> {
    const rounds = quick ? 2 : 11;
    const rows = quick ? 1000 : 100_000;
    const figures = new Figures();
    await using browser = await openBrowser();

    await using root = await storageRoot();
    await using service = await startService(root.path);
    for (let round = 0; round < rounds; round++) await firstContent(figures, browser, service.origin);
    for (let round = 0; round < (quick ? 1 : 3); round++)
      await whileRunStreams(figures, browser, service, quick ? 2 : 20);
    const tables = [FEW_COLUMNS, MANY_COLUMNS].map(
      async (columns) => [columns, await wideTable(service.api, columns)] as const,
    );
    for (let round = 0; round < rounds; round++)
      for (const [columns, id] of await Promise.all(tables))
        await inProfile(figures, browser, `${service.origin}/#/datasets/${id}`, columns);

    await using filled = await storageRoot();
    // Without a worker, who would see to the runs that seem to be under way.
    await using long = await startService(filled.path, { ROLE: 'api' });
    // Half of them are another owner's.
    await fill(embeddedUrl(filled.path), 2 * rows);
    for (let round = 0; round < rounds; round++) await inLongList(figures, browser, long.origin, rows);
    return {
      figures: figures.all(),
      ratios: [
        figures.ratio(COLD, TEXT),
        figures.ratio(WARM, TEXT),
        figures.ratio(profileOf(MANY_COLUMNS), profileOf(FEW_COLUMNS)),
      ],
    };
  },
};
