import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { firstAnswer } from '../../../src/adapters/db/first-answer.ts';
import { openDatabase } from '../../../src/adapters/db/postgres.ts';
import { type FreshDatabase, freshDatabase } from '../../support/database.ts';
import { freePort } from '../../support/free-port.ts';

let database: FreshDatabase;
beforeAll(async () => {
  database = await freshDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());

/** What PostgreSQL says to whoever connects: an ErrorResponse of its protocol. */
function refusal(code: string): Buffer {
  const fields = Buffer.from(`SFATAL\0VFATAL\0C${code}\0Mnot now\0\0`);
  const head = Buffer.from('E\0\0\0\0');
  head.writeUInt32BE(fields.length + 4, 1);
  return Buffer.concat([head, fields]);
}

/** The database behind a door that turns the first connections away. */
async function turningAway(times: number, code: string) {
  const { host, port } = new pg.Client({ connectionString: database.url });
  const reach = () => (host.startsWith('/') ? connect(join(host, `.s.PGSQL.${port}`)) : connect(port, host));
  let turnedAway = 0;
  const door = createServer((socket) => {
    socket.on('error', () => {});
    if (turnedAway < times) {
      turnedAway++;
      socket.once('data', () => socket.end(refusal(code)));
    } else {
      const inside = reach();
      inside.on('error', () => socket.destroy());
      socket.pipe(inside).pipe(socket);
    }
  }).listen(0, '127.0.0.1');
  await once(door, 'listening');
  const url = new URL(database.url);
  url.hostname = '127.0.0.1';
  url.port = String((door.address() as AddressInfo).port);
  return {
    url: url.href,
    turnedAway: () => turnedAway,
    [Symbol.asyncDispose]: async () => {
      door.close();
    },
  };
}

const logger = pino({ level: 'silent' });

test('a database that is still starting is waited for', async () => {
  await using door = await turningAway(2, '57P03');
  await using db = openDatabase(door.url, logger);
  await firstAnswer(db, logger);
  expect(door.turnedAway()).toBe(2);
});

test('a database that is full, and a port at which nobody listens, are told of at once', async () => {
  await using door = await turningAway(1, '53300');
  await using full = openDatabase(door.url, logger);
  await expect(firstAnswer(full, logger)).rejects.toMatchObject({ code: '53300' });
  expect(door.turnedAway()).toBe(1);

  await using absent = openDatabase(`postgres://127.0.0.1:${await freePort()}/none`, logger);
  await expect(firstAnswer(absent, logger)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});
