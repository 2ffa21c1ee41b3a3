import { promisify } from 'node:util';
import { gzip, gzipSync } from 'node:zlib';

/** Lines are so much alike that the finest level saves a tenth of the bytes, and takes four times as long. */
const OPTIONS = { level: 2 };
/** What takes five milliseconds at most, for which a thread may have to be waited for longer. */
const SHORT = 2 ** 21;

const inThread = promisify(gzip);

/** A page by gzip: at once, where that is soon done. */
export const packed = (page: Uint8Array<ArrayBuffer>): Promise<Buffer<ArrayBuffer>> =>
  page.length <= SHORT
    ? Promise.resolve(gzipSync(page, OPTIONS) as Buffer<ArrayBuffer>)
    : (inThread(page, OPTIONS) as Promise<Buffer<ArrayBuffer>>);
