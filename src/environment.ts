import { existsSync } from 'node:fs';
import { ConfigError, parseConfig } from './config.ts';

/**
 * The only reader of the process environment. `.env` in the working directory is read when present; the real
 * environment wins. A bad value ends the process here, before anything is opened.
 */
if (existsSync('.env')) process.loadEnvFile('.env');

function read() {
  try {
    return parseConfig(process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const fault of error.faults) process.stderr.write(`config: ${fault}\n`);
    process.exit(1);
  }
}

export const config = read();
