import { describe, expect, test } from 'vitest';
import { startTestApp } from '../support/app.ts';
import { converse } from '../support/raw-http.ts';

const UPLOAD = 'POST /api/ml/v1/datasets/upload?name=a.csv HTTP/1.1\r\nHost: localhost\r\n';
const KEYS = { AUTH__MODE: 'keys', AUTH__ADMIN_KEY: 'correct-horse-battery-staple' };
const PNG = Buffer.alloc(1024 * 1024, '\x89PNG\r\n\x1a\n', 'latin1');

/** Sends and sends until the connection ends; the bytes that the other side, and the buffers between us, took. */
async function pour(origin: string, head: string, piece: (bytes: Buffer) => Buffer = (bytes) => bytes) {
  const connection = converse(origin);
  const { socket } = connection;
  connection.send(head);
  const more = () => {
    while (socket.writable && connection.send(piece(PNG)));
  };
  socket.on('drain', more);
  more();
  await new Promise((resolve) => socket.once('close', resolve));
  return { answer: connection.heard(), taken: socket.bytesWritten - socket.writableLength };
}

const chunk = (bytes: Buffer) =>
  Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);

describe('bug 20: an upload that is refused before it has arrived is answered, and its connection closed', () => {
  const MB = 1024 * 1024;
  /** What is read by intention, and what the kernel's buffers hold on both sides. */
  const FEW = 24 * MB;

  test.each([
    ['without a key', KEYS, '', 401],
    ['without a key, in chunks', KEYS, 'Transfer-Encoding: chunked\r\n', 401],
    ['larger than the limit', { MAX_UPLOAD_BYTES: '1000' }, '', 413],
    ['larger than the limit, in chunks', { MAX_UPLOAD_BYTES: '1000' }, 'Transfer-Encoding: chunked\r\n', 413],
    ['of no use', {}, '', 415],
    ['of no use, in chunks', {}, 'Transfer-Encoding: chunked\r\n', 415],
  ])('%s', async (_what, env: Record<string, string>, framing, status) => {
    await using app = await startTestApp(env);
    const head = `${UPLOAD}${framing || `Content-Length: ${1024 * MB}\r\n`}\r\n`;
    const { answer, taken } = await pour(app.origin, head, framing ? chunk : undefined);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} [\\s\\S]*connection: close`, 'i'));
    expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')))).toMatchObject({ status });
    expect(taken).toBeLessThan(FEW);
  });
});
