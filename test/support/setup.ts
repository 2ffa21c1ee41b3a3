import { afterAll } from 'vitest';
import { endTied } from './tied.ts';

// Before every test file, so that it comes after all of the file's own.
afterAll(endTied);
