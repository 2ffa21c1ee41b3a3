import { openAsBlob } from 'node:fs';
import { basename } from 'node:path';

/** A file on this machine, to be uploaded under its name; it is read as it is sent. */
export const fileFrom = async (path: string): Promise<File> =>
  new File([await openAsBlob(path)], basename(path));
