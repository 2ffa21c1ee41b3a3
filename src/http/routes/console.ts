import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { Hono } from 'hono';
import { accepts } from 'hono/accepts';
import { AppError } from '../../errors.ts';

/** Committed as it was built (`npm run console`): the service starts without a bundler. */
const BUILT = new URL('../../console/built/', import.meta.url);

const TYPES: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
};

/** Nothing is loaded from elsewhere, nothing inline is run, no other site frames it, no text becomes a script. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ');

/** Quick enough to be done when it is first asked for, and close to the smallest. */
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } };
const CODINGS = {
  br: (bytes: Buffer) => promisify(brotliCompress)(bytes, BROTLI),
  gzip: promisify<Buffer, Buffer>(gzip),
  identity: async (bytes: Buffer) => bytes,
};
type Coding = keyof typeof CODINGS;
const PREFERRED = Object.keys(CODINGS) as Coding[];

interface Build {
  readonly page: Uint8Array<ArrayBuffer>;
  /** By name. */
  readonly assets: ReadonlyMap<string, Buffer>;
}

/** All of a build at once: its page and its assets belong together. */
async function readBuild(): Promise<Build> {
  const folder = new URL('assets/', BUILT);
  const names = await readdir(folder);
  const read = async (name: string) => [name, await readFile(new URL(name, folder))] as const;
  return {
    page: new Uint8Array(await readFile(new URL('index.html', BUILT))),
    assets: new Map(await Promise.all(names.map(read))),
  };
}

let built: Promise<Build> | undefined;
/** Read when somebody first asks for it. */
function theBuild(): Promise<Build> {
  built ??= readBuild();
  return built;
}

/** The page that everything else is loaded by. */
export const consolePage = async () => (await theBuild()).page;
export const CONSOLE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': POLICY,
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  // It names the assets of this build.
  'cache-control': 'no-cache',
} as const;

/** What the console's page loads, under names that change with their contents. One route: metrics name requests by it. */
export function consoleRoutes(): Hono {
  const encoded = new Map<string, Promise<Buffer>>();
  const app = new Hono();
  app.get('/assets/:asset', async (c) => {
    const name = c.req.param('asset');
    const bytes = (await theBuild()).assets.get(name);
    if (bytes === undefined) throw new AppError('not_found', 'There is nothing at this address.');
    const coding = accepts(c, {
      header: 'Accept-Encoding',
      supports: PREFERRED,
      default: 'identity',
      match: (wanted, { supports }) =>
        supports.find((one) => wanted.some(({ type, q }) => type === one && q > 0)) ?? 'identity',
    }) as Coding;
    const key = `${coding}/${name}`;
    const body = encoded.get(key) ?? CODINGS[coding](bytes);
    encoded.set(key, body);
    return c.body(new Uint8Array(await body), 200, {
      'content-type': TYPES[name.split('.').at(-1) as string] as string,
      'cache-control': 'public, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
      vary: 'Accept-Encoding',
      ...(coding !== 'identity' && { 'content-encoding': coding }),
    });
  });
  return app;
}
